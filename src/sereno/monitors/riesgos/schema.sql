-- register: riesgos --

CREATE TABLE TbProyectos (
    IDProyecto INTEGER PRIMARY KEY,
    IDExpediente INTEGER,
    Proyecto TEXT,
    NombreProyecto TEXT,
    Juridica TEXT,
    NombreUsuarioCalidad TEXT,
    ParaInformeAvisos FLAG,
    FechaCierre DATE,
    FechaMaxProximaPublicacion DATE,
    FechaPrevistaCierre DATE
);

CREATE TABLE TbProyectosEdiciones (
    IDEdicion INTEGER PRIMARY KEY,
    IDProyecto INTEGER,
    Edicion INTEGER,
    FechaEdicion DATE,
    FechaMaxProximaPublicacion DATE,
    FechaPreparadaParaPublicar DATE,
    PropuestaRechazadaPorCalidadFecha DATE,
    PropuestaRechazadaPorCalidadMotivo TEXT,
    FechaPublicacion DATE
);

CREATE TABLE TbRiesgos (
    IDRiesgo INTEGER PRIMARY KEY,
    IDEdicion INTEGER,
    CodigoRiesgo TEXT,
    Descripcion TEXT,
    CausaRaiz TEXT,
    Mitigacion TEXT,
    JustificacionAceptacionRiesgo TEXT,
    FechaJustificacionAceptacionRiesgo DATE,
    FechaAprobacionAceptacionPorCalidad DATE,
    FechaRechazoAceptacionPorCalidad DATE,
    FechaRetirado DATE,
    JustificacionRetiroRiesgo TEXT,
    FechaJustificacionRetiroRiesgo DATE,
    FechaAprobacionRetiroPorCalidad DATE,
    FechaRechazoRetiroPorCalidad DATE,
    FechaMaterializado DATE,
    FechaRiesgoParaRetipificar DATE,
    FechaRiesgoRetipificado DATE
);

CREATE TABLE TbRiesgosPlanMitigacionPpal (
    IDMitigacion INTEGER PRIMARY KEY,
    IDRiesgo INTEGER,
    DisparadorDelPlan TEXT
);

CREATE TABLE TbRiesgosPlanMitigacionDetalle (
    IDAccionMitigacion INTEGER PRIMARY KEY,
    IDMitigacion INTEGER,
    Accion TEXT,
    FechaInicio DATE,
    FechaFinPrevista DATE,
    FechaFinReal DATE
);

CREATE TABLE TbRiesgosPlanContingenciaPpal (
    IDContingencia INTEGER PRIMARY KEY,
    IDRiesgo INTEGER,
    DisparadorDelPlan TEXT
);

CREATE TABLE TbRiesgosPlanContingenciaDetalle (
    IDAccionContingencia INTEGER PRIMARY KEY,
    IDContingencia INTEGER,
    Accion TEXT,
    FechaInicio DATE,
    FechaFinPrevista DATE,
    FechaFinReal DATE
);

CREATE TABLE TbRiesgosNC (
    IDRiesgo INTEGER,
    FechaDecison DATE
);

-- register: expedientes --

CREATE TABLE TbExpedientes (
    IDExpediente INTEGER PRIMARY KEY,
    Nemotecnico TEXT,
    IDResponsableCalidad INTEGER
);

CREATE TABLE TbExpedientesResponsables (
    IdExpediente INTEGER,
    IdUsuario INTEGER,
    EsJefeProyecto FLAG,
    CorreoSiempre FLAG
);

-- register: lanzadera --

CREATE TABLE TbUsuariosAplicaciones (
    Id INTEGER PRIMARY KEY,
    Nombre TEXT
);
