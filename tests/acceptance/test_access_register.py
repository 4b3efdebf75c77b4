"""A monitor over a real Access file, without a driver and through one: orders that are late."""

import json
import logging

import pytest
from access_parser import AccessParser
from tests.acceptance.installation import Installation

TODAY = "1996-06-20"
MONITOR = {
    "schema.sql": """
-- register: northwind --

CREATE TABLE Orders (
    OrderID INTEGER PRIMARY KEY,
    RequiredDate DATE,
    ShippedDate DATE,
    ShipName TEXT,
    ShipCity TEXT,
    Freight REAL
);
CREATE TABLE Shippers (ShipperID INTEGER PRIMARY KEY, CompanyName TEXT);
""",
    "queries.sql": """
-- rule: PED
-- Los pedidos que no han salido, por la fecha en que hacen falta.
SELECT OrderID, ShipName, ShipCity, RequiredDate, Freight FROM Orders WHERE ShippedDate IS NULL;
""",
    "cases.toml": """
today = 2026-11-24

[[cases]]
name = "el que no ha salido y hace falta hoy llega tarde; mañana todavía no"
rule = "PED"
rows.Orders = [
  { OrderID = 1, RequiredDate = "D" },
  { OrderID = 2, RequiredDate = "D+1" },
  { OrderID = 3, RequiredDate = "D-9", ShippedDate = "D-1" },
]
finds = [{ section = "TARDE", key = [1] }, { section = "PRONTO", key = [2] }]
""",
    "monitor.toml": """
name = "pedidos"
title = "Pedidos"
application = "Pedidos"
application_id = 0
register = "northwind"
prefix = "PEDIDOS"

[canaries]
Orders = 800
Shippers = 1

[[digests]]
name = "diario"
title = "Pedidos que llegan tarde"
subject = "Pedidos que llegan tarde"
cadence = "daily"
to = "almacen@example.com"
sections = ["TARDE", "PRONTO"]
why = "Recibe este informe porque lleva el almacén."

[[rules]]
id = "PED"
title = "Pedidos por la fecha en que hacen falta"
key = ["OrderID"]
due = "RequiredDate"
bands = [
  { id = "TARDE", title = "Pedidos tarde", until = 0, undated = true },
  { id = "PRONTO", title = "Pedidos para estos siete días", since = 1, until = 7 },
]
columns = [
  { column = "OrderID", heading = "Pedido", format = "number" },
  { column = "ShipName", heading = "Cliente" },
  { column = "ShipCity", heading = "Ciudad" },
  { column = "RequiredDate", heading = "Hace falta", format = "date" },
]
""",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Installation(tmp_path_factory.mktemp("home"))
    folder = site.home / "monitores/pedidos"
    folder.mkdir(parents=True)
    for name, text in MONITOR.items():
        (folder / name).write_text(text, "utf-8")
    (site.home / ".env").write_text("MONITORS_DIR=monitores\n", "utf-8")
    return site


@pytest.fixture(scope="module")
def late(access_files):
    """Count the late orders without us, by the library's own reader."""
    logging.getLogger("access_parser").disabled = True  # it grumbles at pictures
    orders = AccessParser(access_files / "nwind.mdb").parse_table("Orders")
    dated = zip(orders["OrderID"], orders["RequiredDate"], orders["ShippedDate"], strict=True)
    return sorted(number for number, needed, shipped in dated if shipped is None and needed[:10] <= TODAY)


def found(site, url):
    done = site.sereno("job", "pedidos", "--dry-run", "--json", "--today", TODAY, NORTHWIND_DB_URL=url)
    assert done.code == 0, done.err
    return json.loads(done.out)


def keys(document, section):
    rows = [row for rule in document["rules"] for row in rule["rows"] if row["section"] == section]
    return sorted(row["key"][0] for row in rows)


def test_the_monitor_s_own_cases_hold(site):
    assert "1 caso: todos cuadran." in site.sereno("rule", "test", "monitores/pedidos").out


@pytest.mark.external
@pytest.mark.parametrize("kind", ["accdb:///{}", "access+pyodbc:///{}?driver=MDBTools"])
def test_the_late_orders_are_those_that_are_late(request, site, access_files, late, kind):
    if "pyodbc" in kind:
        request.getfixturevalue("mdb_driver")
    document = found(site, kind.format(access_files / "nwind.mdb"))
    assert late
    assert keys(document, "TARDE") == late
    assert not set(keys(document, "PRONTO")) & set(late)


@pytest.mark.external
def test_a_file_cut_short_makes_blind_and_is_no_all_clear(site, access_files, tmp_path):
    cut = tmp_path / "nwind.mdb"
    cut.write_bytes((access_files / "nwind.mdb").read_bytes()[: 2048 * 500])  # half of the orders
    done = site.sereno("job", "pedidos", "--dry-run", "--today", TODAY, NORTHWIND_DB_URL=f"accdb:///{cut}")
    assert done.code == 1
    assert "northwind" in done.out + done.err


@pytest.mark.external
def test_the_register_can_be_inspected_and_checked(site, access_files):
    url = f"accdb:///{access_files / 'nwind.mdb'}"
    inspected = site.sereno("register", "inspect", "northwind", NORTHWIND_DB_URL=url)
    assert inspected.code == 0
    assert "Orders" in inspected.out
    assert "830" in inspected.out
    assert "OrderID (Entero largo)" in inspected.out
    checked = site.sereno("check", "registers", NORTHWIND_DB_URL=url)
    assert (checked.code, "northwind" in checked.out) == (0, True), checked.out
