-- The people of the department. The same tables hold passwords: those columns are not declared, so never read.

-- register: lanzadera --

CREATE TABLE TbUsuariosAplicaciones (
  Id                     INTEGER PRIMARY KEY,
  UsuarioRed             TEXT,
  Nombre                 TEXT,
  CorreoUsuario          TEXT,
  FechaBaja              DATE,
  ParaTareasProgramadas  FLAG
);

CREATE TABLE TbUsuariosAplicacionesPermisos (
  CorreoUsuario          TEXT,
  IDAplicacion           INTEGER,
  EsUsuarioAdministrador FLAG,
  EsUsuarioCalidad       FLAG
);

-- May be absent as a whole: the role `admin` is then read from the table above.
CREATE TABLE TbUsuariosAplicacionesTareas (
  CorreoUsuario          TEXT,
  EsAdministrador        FLAG
);
