-- view: expediente
-- A file with the name of its quality manager, found by Id alone: whoever has left is still named. A person recorded
-- twice never repeats a file.
CREATE VIEW expediente AS
SELECT TbExpedientes.*, responsable.Nombre AS ResponsableCalidad
FROM TbExpedientes
LEFT JOIN (
    SELECT Id, min(Nombre) AS Nombre FROM TbUsuariosAplicaciones GROUP BY Id
) AS responsable ON responsable.Id = TbExpedientes.IDResponsableCalidad;

-- view: expediente_sin_repetir
-- Each file once, for what belongs to it: a file recorded twice does not repeat its milestones.
CREATE VIEW expediente_sin_repetir AS
SELECT IDExpediente, CodExp, Nemotecnico, Titulo, ResponsableCalidad
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY IDExpediente ORDER BY CodExp, Nemotecnico, Titulo, ResponsableCalidad
        ) AS puesto
    FROM expediente
)
WHERE puesto = 1;

-- rule: EX-2
-- Contracts about to end, or ended not too long ago, whose reception nobody has certified.
SELECT
    IDExpediente,
    CodExp,
    Nemotecnico,
    Titulo,
    ResponsableCalidad,
    FechaInicioContrato,
    FechaFinContrato,
    FechaFinGarantia,
    GARANTIAMESES
FROM expediente
WHERE
    dias(FechaFinContrato) BETWEEN -:dias_vencido AND :dias_fin
    AND (EsBasado = 1 OR EsExpediente = 1)
    AND FECHACERTIFICACION IS NULL;

-- rule: EX-3
-- Milestones about to fall due; nothing says that one was met, so that they are shown for a while after their date.
SELECT
    hito.IDExpediente,
    expediente.CodExp,
    expediente.Nemotecnico,
    expediente.Titulo,
    expediente.ResponsableCalidad,
    hito.Descripcion,
    hito.FechaHito
FROM TbExpedientesHitos AS hito
INNER JOIN expediente_sin_repetir AS expediente ON expediente.IDExpediente = hito.IDExpediente
WHERE dias(hito.FechaHito) BETWEEN -:dias_hito_vencido AND :dias_fin;

-- rule: EX-4
-- Files whose state is recorded as unknown.
SELECT
    IDExpediente,
    CodExp,
    Nemotecnico,
    Titulo,
    ResponsableCalidad,
    FechaInicioContrato,
    FechaFinContrato,
    GARANTIAMESES,
    ESTADO
FROM expediente
WHERE lower(ESTADO) = 'desconocido';

-- rule: EX-5
-- Awarded files without any datum of their contract.
SELECT
    IDExpediente,
    CodExp,
    Nemotecnico,
    Titulo,
    ResponsableCalidad,
    FECHAADJUDICACION
FROM expediente
WHERE
    FECHAADJUDICACION IS NOT NULL
    AND FechaInicioContrato IS NULL
    AND FechaFinContrato IS NULL
    AND GARANTIAMESES IS NULL
    AND APLICAESTADO IS NOT 0;

-- rule: EX-1
-- Awarded files of the watched entity without an S4H code, each once however many entity rows it has.
WITH escrita AS (
    SELECT IDExpediente, CadenaJuridicas, 0 AS es_la_vigilada FROM TbExpedientesConEntidades
    UNION ALL
    SELECT NULL, trim(:entidad), 1
),

-- lower() knows ASCII only, and an entity may well be called «Gestión».
minuscula AS (
    SELECT
        *,
        lower(
            replace(replace(replace(replace(replace(replace(replace(replace(
                CadenaJuridicas,
                'Á', 'á'), 'É', 'é'), 'Í', 'í'), 'Ó', 'ó'), 'Ú', 'ú'), 'Ü', 'ü'), 'Ñ', 'ñ'), 'Ç', 'ç')
        ) AS cadena
    FROM escrita
),

vigilado AS (
    SELECT IDExpediente, min(CadenaJuridicas) AS Juridica
    FROM minuscula
    WHERE es_la_vigilada = 0 AND cadena = (SELECT cadena FROM minuscula WHERE es_la_vigilada = 1)
    GROUP BY IDExpediente
)

SELECT
    expediente.IDExpediente,
    expediente.CodExp,
    expediente.Nemotecnico,
    expediente.Titulo,
    expediente.ResponsableCalidad,
    vigilado.Juridica,
    expediente.FECHAADJUDICACION
FROM expediente
INNER JOIN vigilado ON vigilado.IDExpediente = expediente.IDExpediente
WHERE
    expediente.Adjudicado = 1
    AND expediente.CodS4H IS NULL
    AND expediente.AplicaTareaS4H IS NOT 0;

-- rule: EX-6
-- Bids that wait for an outcome for long.
SELECT
    IDExpediente,
    CodExp,
    Nemotecnico,
    Titulo,
    ResponsableCalidad,
    FECHAOFERTA,
    -dias(FECHAOFERTA) AS DiasEnOferta
FROM expediente
WHERE
    dias(FECHAOFERTA) <= -:dias_oferta
    AND FECHAADJUDICACION IS NULL
    AND FECHAPERDIDA IS NULL
    AND FECHADESESTIMADA IS NULL;

-- rule: EX-7
-- Warranties of certified contracts that are about to end.
SELECT
    IDExpediente,
    CodExp,
    Nemotecnico,
    Titulo,
    ResponsableCalidad,
    FechaFinGarantia
FROM expediente
WHERE dias(FechaFinGarantia) BETWEEN 0 AND :dias_garantia AND FECHACERTIFICACION IS NOT NULL;

-- count: hitos_huerfanos
-- Milestones that would be shown, were their file known. IN answers NULL where either side has one.
SELECT count(*)
FROM TbExpedientesHitos
WHERE
    (IDExpediente IN (SELECT IDExpediente FROM TbExpedientes)) IS NOT TRUE
    AND dias(FechaHito) BETWEEN -:dias_hito_vencido AND :dias_fin;

-- count: entidades_huerfanas
-- Entity rows of a file that the register does not know.
SELECT count(*)
FROM TbExpedientesConEntidades
WHERE (IDExpediente IN (SELECT IDExpediente FROM TbExpedientes)) IS NOT TRUE;
