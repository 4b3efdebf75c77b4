-- register: no_conformidades --

CREATE TABLE TbNoConformidades (
    IDNoConformidad INTEGER PRIMARY KEY,
    CodigoNoConformidad TEXT,
    Nemotecnico TEXT,
    DESCRIPCION TEXT,
    RESPONSABLECALIDAD TEXT,
    RESPONSABLETELEFONICA TEXT,
    FECHAAPERTURA DATE,
    FPREVCIERRE DATE,
    FECHACIERRE DATE,
    FechaPrevistaControlEficacia DATE,
    FechaControlEficacia DATE,
    RequiereControlEficacia FLAG,
    Borrado FLAG,
    IDExpediente INTEGER
);

CREATE TABLE TbNCAccionCorrectivas (
    IDAccionCorrectiva INTEGER PRIMARY KEY,
    IDNoConformidad INTEGER,
    AccionCorrectiva TEXT
);

CREATE TABLE TbNCAccionesRealizadas (
    IDAccionRealizada INTEGER PRIMARY KEY,
    IDAccionCorrectiva INTEGER,
    AccionRealizada TEXT,
    Responsable TEXT,
    FechaInicio DATE,
    FechaFinPrevista DATE,
    FechaFinReal DATE
);

CREATE TABLE TbReplanificacionesProyecto (
    IDReplanificacion INTEGER PRIMARY KEY,
    FechaReprogramacion DATE
);

-- register: expedientes --

CREATE TABLE TbExpedientes (
    IDExpediente INTEGER PRIMARY KEY,
    Nemotecnico TEXT
);

-- register: lanzadera --

CREATE TABLE TbUsuariosAplicaciones (
    Id INTEGER PRIMARY KEY,
    Nombre TEXT
);
