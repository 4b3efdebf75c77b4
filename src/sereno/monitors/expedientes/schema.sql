-- register: expedientes --

CREATE TABLE TbExpedientes (
    IDExpediente INTEGER PRIMARY KEY,
    CodExp TEXT,
    Nemotecnico TEXT,
    Titulo TEXT,
    ESTADO TEXT,
    Adjudicado FLAG,
    EsBasado FLAG,
    EsExpediente FLAG,
    EsLote FLAG OPTIONAL,
    EsAM FLAG OPTIONAL,
    AplicaTareaS4H FLAG,
    APLICAESTADO FLAG,
    CodS4H TEXT,
    GARANTIAMESES TEXT,
    IDResponsableCalidad INTEGER,
    FECHAOFERTA DATE,
    FECHAADJUDICACION DATE,
    FECHAPERDIDA DATE,
    FECHADESESTIMADA DATE,
    FechaInicioContrato DATE,
    FechaFinContrato DATE,
    FechaFinGarantia DATE,
    FECHACERTIFICACION DATE
);

CREATE TABLE TbExpedientesHitos (
    IDExpediente INTEGER,
    Descripcion TEXT,
    FechaHito DATE
);

CREATE TABLE TbExpedientesConEntidades (
    IDExpediente INTEGER,
    CadenaJuridicas TEXT
);

-- register: lanzadera --

CREATE TABLE TbUsuariosAplicaciones (
    Id INTEGER PRIMARY KEY,
    Nombre TEXT
);
