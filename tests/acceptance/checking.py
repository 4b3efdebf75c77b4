"""Run the checks as an operator does."""


def check(site, name, *arguments, **extra):
    """Run a check on the demo estate where there is one, else on `.env`; no browser is opened."""
    demo = {"SERENO_ENV_FILE": str(site.demo / "demo.env")} if site.demo.exists() else {}
    return site.script(f"development/{name}", *arguments, **{"BROWSER": "false"} | demo | extra)


def configure(site, *lines):
    (site.home / ".env").write_text("\n".join(lines), "utf-8")
