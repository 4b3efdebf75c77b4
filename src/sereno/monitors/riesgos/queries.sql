-- view: responsable_del_proyecto
-- Who answers for quality: the person in the dossier and the one in the project, each where found and active.
-- One row a project, however often it, its dossier or a person is recorded.
CREATE VIEW responsable_del_proyecto AS
SELECT
    proyecto.IDProyecto,
    min(expediente.Nemotecnico) AS Nemotecnico,
    min(persona(expediente.IDResponsableCalidad)) AS DelExpediente,
    min(persona(proyecto.NombreUsuarioCalidad)) AS DelProyecto,
    coalesce(
        min(proyecto.NombreUsuarioCalidad), CAST(min(expediente.IDResponsableCalidad) AS TEXT)
    ) AS Escrito
FROM TbProyectos AS proyecto
LEFT JOIN TbExpedientes AS expediente ON expediente.IDExpediente = proyecto.IDExpediente
GROUP BY proyecto.IDProyecto;

-- view: nombre_de_persona
-- One row a person, however often recorded.
CREATE VIEW nombre_de_persona AS
SELECT Id, min(Nombre) AS Nombre
FROM TbUsuariosAplicaciones
GROUP BY Id;

-- view: ficha
-- What a section shows of a project beside its own columns; somebody whom nobody finds is shown as written.
CREATE VIEW ficha AS
SELECT
    responsable.IDProyecto,
    responsable.Nemotecnico,
    coalesce(nombre.Nombre, responsable.Escrito) AS RespCalidad
FROM responsable_del_proyecto AS responsable
LEFT JOIN nombre_de_persona AS nombre
    ON nombre.Id = coalesce(responsable.DelExpediente, responsable.DelProyecto);

-- view: proyecto_abierto
-- Not closed, and nobody has asked for silence: a flag that was never set means that the project is watched.
CREATE VIEW proyecto_abierto AS
SELECT *
FROM TbProyectos
WHERE FechaCierre IS NULL AND ParaInformeAvisos IS NOT 0;

-- view: edicion_abierta
-- Editions not yet published of open projects, with the limit that counts and the state of their proposal.
CREATE VIEW edicion_abierta AS
SELECT
    edicion.IDEdicion,
    proyecto.IDProyecto,
    proyecto.Proyecto,
    proyecto.NombreProyecto,
    proyecto.Juridica,
    proyecto.FechaPrevistaCierre,
    edicion.Edicion,
    edicion.FechaEdicion,
    coalesce(edicion.FechaMaxProximaPublicacion, proyecto.FechaMaxProximaPublicacion) AS FechaMax,
    edicion.FechaPreparadaParaPublicar,
    edicion.PropuestaRechazadaPorCalidadFecha,
    edicion.PropuestaRechazadaPorCalidadMotivo,
    CASE
        WHEN edicion.FechaPreparadaParaPublicar IS NULL THEN 'sin proponer'
        WHEN dias(edicion.PropuestaRechazadaPorCalidadFecha) >= dias(edicion.FechaPreparadaParaPublicar)
            THEN 'rechazada'
        ELSE 'propuesta'
    END AS Propuesta
FROM proyecto_abierto AS proyecto
JOIN TbProyectosEdiciones AS edicion ON edicion.IDProyecto = proyecto.IDProyecto
WHERE edicion.FechaPublicacion IS NULL;

-- view: riesgo_abierto
-- Risks of open editions. Aceptacion and Retiro say how far each has come; NULL: not accepted, not withdrawn.
-- On one day approval beats rejection, and rejection beats justification.
CREATE VIEW riesgo_abierto AS
SELECT
    riesgo.*,
    edicion.IDProyecto,
    edicion.Proyecto,
    CASE
        WHEN lower(Mitigacion) IS NOT 'aceptar' THEN NULL
        WHEN FechaJustificacionAceptacionRiesgo IS NULL OR JustificacionAceptacionRiesgo IS NULL
            THEN 'sin motivar'
        WHEN
            dias(FechaRechazoAceptacionPorCalidad) >= dias(FechaJustificacionAceptacionRiesgo)
            AND (
                FechaAprobacionAceptacionPorCalidad IS NULL
                OR dias(FechaAprobacionAceptacionPorCalidad) < dias(FechaRechazoAceptacionPorCalidad)
            )
            THEN 'rechazado'
        WHEN dias(FechaAprobacionAceptacionPorCalidad) >= dias(FechaJustificacionAceptacionRiesgo)
            THEN 'aprobado'
        ELSE 'sin visar'
    END AS Aceptacion,
    CASE
        WHEN FechaRetirado IS NULL THEN NULL
        WHEN FechaJustificacionRetiroRiesgo IS NULL OR JustificacionRetiroRiesgo IS NULL
            THEN 'sin motivar'
        WHEN
            dias(FechaRechazoRetiroPorCalidad) >= dias(FechaJustificacionRetiroRiesgo)
            AND (
                FechaAprobacionRetiroPorCalidad IS NULL
                OR dias(FechaAprobacionRetiroPorCalidad) < dias(FechaRechazoRetiroPorCalidad)
            )
            THEN 'rechazado'
        WHEN dias(FechaAprobacionRetiroPorCalidad) >= dias(FechaJustificacionRetiroRiesgo)
            THEN 'aprobado'
        ELSE 'sin visar'
    END AS Retiro
FROM edicion_abierta AS edicion
JOIN TbRiesgos AS riesgo ON riesgo.IDEdicion = edicion.IDEdicion;

-- view: accion_mitigacion_pendiente
-- Unfinished actions of mitigation plans that are still meant: of risks neither withdrawn nor accepted.
CREATE VIEW accion_mitigacion_pendiente AS
SELECT
    accion.IDAccionMitigacion,
    riesgo.IDProyecto,
    riesgo.CodigoRiesgo,
    riesgo.Descripcion,
    plan.DisparadorDelPlan,
    accion.Accion,
    accion.FechaInicio,
    accion.FechaFinPrevista
FROM riesgo_abierto AS riesgo
JOIN TbRiesgosPlanMitigacionPpal AS plan ON plan.IDRiesgo = riesgo.IDRiesgo
JOIN TbRiesgosPlanMitigacionDetalle AS accion ON accion.IDMitigacion = plan.IDMitigacion
WHERE riesgo.Retiro IS NULL AND riesgo.Aceptacion IS NULL AND accion.FechaFinReal IS NULL;

-- view: accion_contingencia_pendiente
-- Unfinished actions of contingency plans of risks not withdrawn: an accepted risk may still happen.
CREATE VIEW accion_contingencia_pendiente AS
SELECT
    accion.IDAccionContingencia,
    riesgo.IDProyecto,
    riesgo.CodigoRiesgo,
    riesgo.Descripcion,
    plan.DisparadorDelPlan,
    accion.Accion,
    accion.FechaInicio,
    accion.FechaFinPrevista
FROM riesgo_abierto AS riesgo
JOIN TbRiesgosPlanContingenciaPpal AS plan ON plan.IDRiesgo = riesgo.IDRiesgo
JOIN TbRiesgosPlanContingenciaDetalle AS accion ON accion.IDContingencia = plan.IDContingencia
WHERE riesgo.Retiro IS NULL AND accion.FechaFinReal IS NULL;

-- rule: RI-T1
-- Open editions near or past their limit that nobody has proposed for publication.
SELECT
    edicion.IDEdicion,
    edicion.IDProyecto,
    ficha.Nemotecnico,
    ficha.RespCalidad,
    edicion.Edicion,
    edicion.FechaMax
FROM edicion_abierta AS edicion
LEFT JOIN ficha ON ficha.IDProyecto = edicion.IDProyecto
WHERE edicion.Propuesta = 'sin proponer' AND dias(edicion.FechaMax) <= :dias_publicacion;

-- rule: RI-T2
-- Open editions whose last proposal quality has rejected.
SELECT
    edicion.IDEdicion,
    edicion.IDProyecto,
    ficha.Nemotecnico,
    ficha.RespCalidad,
    edicion.Edicion,
    edicion.FechaMax,
    edicion.FechaPreparadaParaPublicar,
    edicion.PropuestaRechazadaPorCalidadFecha,
    edicion.PropuestaRechazadaPorCalidadMotivo
FROM edicion_abierta AS edicion
LEFT JOIN ficha ON ficha.IDProyecto = edicion.IDProyecto
WHERE edicion.Propuesta = 'rechazada';

-- rule: RI-T3
-- Accepted risks that lack the date or the reason of their acceptance.
SELECT
    riesgo.IDRiesgo,
    riesgo.IDProyecto,
    ficha.Nemotecnico,
    ficha.RespCalidad,
    riesgo.CodigoRiesgo,
    riesgo.Descripcion,
    riesgo.CausaRaiz
FROM riesgo_abierto AS riesgo
LEFT JOIN ficha ON ficha.IDProyecto = riesgo.IDProyecto
WHERE riesgo.Aceptacion = 'sin motivar';

-- rule: RI-T4
-- Accepted risks whose acceptance quality has rejected since it was justified.
SELECT
    riesgo.IDRiesgo,
    riesgo.IDProyecto,
    ficha.Nemotecnico,
    ficha.RespCalidad,
    riesgo.CodigoRiesgo,
    riesgo.Descripcion,
    riesgo.CausaRaiz,
    riesgo.FechaRechazoAceptacionPorCalidad
FROM riesgo_abierto AS riesgo
LEFT JOIN ficha ON ficha.IDProyecto = riesgo.IDProyecto
WHERE riesgo.Aceptacion = 'rechazado';

-- rule: RI-T5
-- Withdrawn risks that lack the date or the reason of their withdrawal.
SELECT
    riesgo.IDRiesgo,
    riesgo.IDProyecto,
    ficha.Nemotecnico,
    ficha.RespCalidad,
    riesgo.CodigoRiesgo,
    riesgo.Descripcion,
    riesgo.CausaRaiz,
    riesgo.FechaRetirado
FROM riesgo_abierto AS riesgo
LEFT JOIN ficha ON ficha.IDProyecto = riesgo.IDProyecto
WHERE riesgo.Retiro = 'sin motivar';

-- rule: RI-T6
-- Withdrawn risks whose withdrawal quality has rejected since it was justified.
SELECT
    riesgo.IDRiesgo,
    riesgo.IDProyecto,
    ficha.Nemotecnico,
    ficha.RespCalidad,
    riesgo.CodigoRiesgo,
    riesgo.Descripcion,
    riesgo.CausaRaiz,
    riesgo.FechaRetirado,
    riesgo.FechaRechazoRetiroPorCalidad
FROM riesgo_abierto AS riesgo
LEFT JOIN ficha ON ficha.IDProyecto = riesgo.IDProyecto
WHERE riesgo.Retiro = 'rechazado';

-- rule: RI-T7
-- Mitigation actions that should have ended by today.
SELECT
    accion.*,
    ficha.Nemotecnico,
    ficha.RespCalidad
FROM accion_mitigacion_pendiente AS accion
LEFT JOIN ficha ON ficha.IDProyecto = accion.IDProyecto
WHERE dias(accion.FechaFinPrevista) <= 0;

-- rule: RI-T8
-- Contingency actions that should have ended by today.
SELECT
    accion.*,
    ficha.Nemotecnico,
    ficha.RespCalidad
FROM accion_contingencia_pendiente AS accion
LEFT JOIN ficha ON ficha.IDProyecto = accion.IDProyecto
WHERE dias(accion.FechaFinPrevista) <= 0;

-- rule: RI-Q1
-- Open editions that wait for quality to publish or reject them.
SELECT IDEdicion, IDProyecto, Proyecto, Edicion, FechaMax, FechaPreparadaParaPublicar
FROM edicion_abierta
WHERE Propuesta = 'propuesta';

-- rule: RI-QF
-- Open editions by the limit of their publication, proposed or not.
SELECT
    IDEdicion,
    IDProyecto,
    Proyecto,
    NombreProyecto,
    Juridica,
    Edicion,
    FechaEdicion,
    FechaPrevistaCierre,
    FechaMax
FROM edicion_abierta;

-- rule: RI-Q4
-- Risks for which a library code has been asked for since they last got one.
SELECT
    IDRiesgo, IDProyecto, Proyecto, CodigoRiesgo, Descripcion, CausaRaiz, FechaRiesgoParaRetipificar
FROM riesgo_abierto
WHERE
    Aceptacion IS NULL
    AND Retiro IS NULL
    AND FechaRiesgoParaRetipificar IS NOT NULL
    AND (FechaRiesgoRetipificado IS NULL OR dias(FechaRiesgoRetipificado) < dias(FechaRiesgoParaRetipificar));

-- rule: RI-Q5
-- Accepted risks, justified, that quality has neither approved nor rejected since.
SELECT
    IDRiesgo,
    IDProyecto,
    Proyecto,
    CodigoRiesgo,
    Descripcion,
    CausaRaiz,
    FechaJustificacionAceptacionRiesgo,
    -dias(FechaJustificacionAceptacionRiesgo) AS DiasEsperando
FROM riesgo_abierto
WHERE Aceptacion = 'sin visar';

-- rule: RI-Q6
-- Withdrawn risks, justified, that quality has neither approved nor rejected since.
SELECT
    IDRiesgo,
    IDProyecto,
    Proyecto,
    CodigoRiesgo,
    Descripcion,
    CausaRaiz,
    FechaJustificacionRetiroRiesgo,
    -dias(FechaJustificacionRetiroRiesgo) AS DiasEsperando
FROM riesgo_abierto
WHERE Retiro = 'sin visar';

-- rule: RI-Q7
-- Risks that have happened and nobody has decided whether they are a nonconformity. A risk is copied
-- from edition to edition; its latest copy alone decides. Without a code each record is its own risk.
WITH copia AS (
    SELECT
        riesgo.IDRiesgo,
        proyecto.IDProyecto,
        proyecto.Proyecto,
        riesgo.CodigoRiesgo,
        riesgo.Descripcion,
        riesgo.FechaMaterializado,
        rank() OVER (
            PARTITION BY
                proyecto.IDProyecto,
                riesgo.CodigoRiesgo,
                CASE WHEN riesgo.CodigoRiesgo IS NULL THEN riesgo.rowid END
            ORDER BY edicion.Edicion DESC, edicion.IDEdicion DESC
        ) AS puesto
    FROM proyecto_abierto AS proyecto
    JOIN TbProyectosEdiciones AS edicion ON edicion.IDProyecto = proyecto.IDProyecto
    JOIN TbRiesgos AS riesgo ON riesgo.IDEdicion = edicion.IDEdicion
),
decision AS (
    SELECT IDRiesgo, max(FechaDecison IS NULL) AS EsPendiente
    FROM TbRiesgosNC
    GROUP BY IDRiesgo
)
SELECT
    copia.IDRiesgo,
    copia.IDProyecto,
    copia.Proyecto,
    copia.CodigoRiesgo,
    copia.Descripcion,
    copia.FechaMaterializado,
    -dias(copia.FechaMaterializado) AS Dias,
    CASE WHEN decision.IDRiesgo IS NULL THEN 'sin registrar' ELSE 'sin decidir' END AS Motivo
FROM copia
LEFT JOIN decision ON decision.IDRiesgo = copia.IDRiesgo
WHERE copia.puesto = 1 AND copia.FechaMaterializado IS NOT NULL AND decision.EsPendiente IS NOT 0;

-- rule: RI-M2
-- Every open edition.
SELECT
    IDEdicion,
    IDProyecto,
    Proyecto,
    NombreProyecto,
    Juridica,
    Edicion,
    FechaEdicion,
    FechaPrevistaCierre,
    FechaMax
FROM edicion_abierta;

-- rule: RI-M3
-- Projects closed lately.
SELECT
    proyecto.IDProyecto,
    proyecto.Proyecto,
    proyecto.NombreProyecto,
    proyecto.Juridica,
    proyecto.FechaCierre,
    ficha.RespCalidad
FROM TbProyectos AS proyecto
LEFT JOIN ficha ON ficha.IDProyecto = proyecto.IDProyecto
WHERE proyecto.ParaInformeAvisos IS NOT 0 AND dias(proyecto.FechaCierre) BETWEEN -:dias_cierre AND 0;

-- people: jefes
-- The leads of a project: its dossier's project leads who always get mail; who has left is named as missing.
SELECT DISTINCT proyecto.IDProyecto, jefe.IdUsuario AS Persona
FROM proyecto_abierto AS proyecto
JOIN TbExpedientesResponsables AS jefe ON jefe.IdExpediente = proyecto.IDExpediente
WHERE jefe.EsJefeProyecto = 1 AND jefe.CorreoSiempre = 1 AND jefe.IdUsuario IS NOT NULL;

-- people: responsable
-- The quality owner of a project: the dossier's, else the project's own.
SELECT IDProyecto, coalesce(DelExpediente, DelProyecto) AS Persona
FROM responsable_del_proyecto
WHERE coalesce(DelExpediente, DelProyecto) IS NOT NULL;

-- check: responsables_distintos
-- Open projects for which dossier and project name different people; the dossier's counts.
SELECT DISTINCT
    'riesgos' AS registro,
    'TbProyectos' AS tabla,
    proyecto.IDProyecto AS clave,
    'NombreUsuarioCalidad' AS columna,
    responsable.Escrito || ' (en su expediente, '
    || coalesce(nombre.Nombre, 'Id ' || responsable.DelExpediente) || ')' AS valor
FROM proyecto_abierto AS proyecto
JOIN responsable_del_proyecto AS responsable ON responsable.IDProyecto = proyecto.IDProyecto
LEFT JOIN nombre_de_persona AS nombre ON nombre.Id = responsable.DelExpediente
WHERE responsable.DelExpediente <> responsable.DelProyecto;

-- check: ediciones_sin_fecha_maxima
-- Open editions without a limit of their own nor of their project: they never fall due.
SELECT
    'riesgos' AS registro,
    'TbProyectosEdiciones' AS tabla,
    ifnull(IDEdicion, '(vacío)') AS clave,
    'FechaMaxProximaPublicacion' AS columna,
    'sin fecha máxima, ni en la edición ni en el proyecto' AS valor
FROM edicion_abierta
WHERE FechaMax IS NULL;

-- check: acciones_mitigacion_sin_fin_previsto
-- Unfinished mitigation actions without a planned end: they never fall due.
SELECT
    'riesgos' AS registro,
    'TbRiesgosPlanMitigacionDetalle' AS tabla,
    ifnull(IDAccionMitigacion, '(vacío)') AS clave,
    'FechaFinPrevista' AS columna,
    'sin fin previsto' AS valor
FROM accion_mitigacion_pendiente
WHERE FechaFinPrevista IS NULL;

-- check: acciones_contingencia_sin_fin_previsto
-- Unfinished contingency actions without a planned end: they never fall due.
SELECT
    'riesgos' AS registro,
    'TbRiesgosPlanContingenciaDetalle' AS tabla,
    ifnull(IDAccionContingencia, '(vacío)') AS clave,
    'FechaFinPrevista' AS columna,
    'sin fin previsto' AS valor
FROM accion_contingencia_pendiente
WHERE FechaFinPrevista IS NULL;

-- count: ediciones_huerfanas
-- Editions of a project that the register does not know.
SELECT count(*)
FROM TbProyectosEdiciones AS edicion
LEFT JOIN TbProyectos AS proyecto ON proyecto.IDProyecto = edicion.IDProyecto
WHERE proyecto.IDProyecto IS NULL;

-- count: riesgos_huerfanos
-- Risks of an edition that the register does not know.
SELECT count(*)
FROM TbRiesgos AS riesgo
LEFT JOIN TbProyectosEdiciones AS edicion ON edicion.IDEdicion = riesgo.IDEdicion
WHERE edicion.IDEdicion IS NULL;

-- count: planes_mitigacion_huerfanos
-- Mitigation plans of a risk that the register does not know.
SELECT count(*)
FROM TbRiesgosPlanMitigacionPpal AS plan
LEFT JOIN TbRiesgos AS riesgo ON riesgo.IDRiesgo = plan.IDRiesgo
WHERE riesgo.IDRiesgo IS NULL;

-- count: acciones_mitigacion_huerfanas
-- Unfinished actions of an unknown mitigation plan; finished ones need not be fetched.
SELECT count(*)
FROM TbRiesgosPlanMitigacionDetalle AS accion
LEFT JOIN TbRiesgosPlanMitigacionPpal AS plan ON plan.IDMitigacion = accion.IDMitigacion
WHERE plan.IDMitigacion IS NULL AND accion.FechaFinReal IS NULL;

-- count: planes_contingencia_huerfanos
-- Contingency plans of a risk that the register does not know.
SELECT count(*)
FROM TbRiesgosPlanContingenciaPpal AS plan
LEFT JOIN TbRiesgos AS riesgo ON riesgo.IDRiesgo = plan.IDRiesgo
WHERE riesgo.IDRiesgo IS NULL;

-- count: acciones_contingencia_huerfanas
-- Unfinished actions of an unknown contingency plan; finished ones need not be fetched.
SELECT count(*)
FROM TbRiesgosPlanContingenciaDetalle AS accion
LEFT JOIN TbRiesgosPlanContingenciaPpal AS plan ON plan.IDContingencia = accion.IDContingencia
WHERE plan.IDContingencia IS NULL AND accion.FechaFinReal IS NULL;

-- count: decisiones_huerfanas
-- Decisions on a risk that the register does not know.
SELECT count(*)
FROM TbRiesgosNC AS decision
LEFT JOIN TbRiesgos AS riesgo ON riesgo.IDRiesgo = decision.IDRiesgo
WHERE riesgo.IDRiesgo IS NULL;
