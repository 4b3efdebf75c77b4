-- view: usuario
-- A person's name by Id: one row, also where somebody is recorded twice.
CREATE VIEW usuario AS
SELECT Id, min(Nombre) AS Nombre
FROM TbUsuariosAplicaciones
GROUP BY Id;

-- view: expediente
-- A dossier's short name: one row, also where it is recorded twice.
CREATE VIEW expediente AS
SELECT IDExpediente, min(Nemotecnico) AS Nemotecnico
FROM TbExpedientes
GROUP BY IDExpediente;

-- view: nc_viva
-- A deleted nonconformity appears nowhere.
CREATE VIEW nc_viva AS
SELECT *
FROM TbNoConformidades
WHERE Borrado IS NOT 1;

-- view: nc
-- The nonconformities with the names that readers know.
CREATE VIEW nc AS
SELECT
    registrada.*,
    coalesce(expediente.Nemotecnico, registrada.Nemotecnico) AS Proyecto,
    coalesce(calidad.Nombre, registrada.RESPONSABLECALIDAD) AS RespCalidad,
    registrada.RequiereControlEficacia IS 1 AND registrada.FechaControlEficacia IS NULL AS EsperaControl
FROM nc_viva AS registrada
LEFT JOIN expediente ON expediente.IDExpediente = registrada.IDExpediente
LEFT JOIN usuario AS calidad ON calidad.Id = persona(registrada.RESPONSABLECALIDAD);

-- view: nc_abierta
-- A closing date closes, whatever its day.
CREATE VIEW nc_abierta AS
SELECT *
FROM nc
WHERE FECHACIERRE IS NULL;

-- view: en_ejecucion
-- Which nonconformities have an open task, and how many.
CREATE VIEW en_ejecucion AS
SELECT accion.IDNoConformidad, count(DISTINCT tarea.rowid) AS Abiertas
FROM TbNCAccionesRealizadas AS tarea
JOIN TbNCAccionCorrectivas AS accion ON accion.IDAccionCorrectiva = tarea.IDAccionCorrectiva
WHERE tarea.FechaFinReal IS NULL
GROUP BY accion.IDNoConformidad;

-- view: accion_con_tareas
-- What is left to do of an action that has tasks, and when its last one was finished.
CREATE VIEW accion_con_tareas AS
SELECT IDAccionCorrectiva, sum(FechaFinReal IS NULL) AS Abiertas, max(FechaFinReal) AS UltimaTarea
FROM TbNCAccionesRealizadas
GROUP BY IDAccionCorrectiva;

-- view: ejecutada
-- Which nonconformities have actions, all with tasks, none of them open. An action without tasks is still to be done.
CREATE VIEW ejecutada AS
SELECT accion.IDNoConformidad, max(tareas.UltimaTarea) AS UltimaTarea
FROM TbNCAccionCorrectivas AS accion
LEFT JOIN accion_con_tareas AS tareas ON tareas.IDAccionCorrectiva = accion.IDAccionCorrectiva
GROUP BY accion.IDNoConformidad
HAVING sum(coalesce(tareas.Abiertas, 1)) = 0;

-- view: tarea_abierta
-- The open tasks of open nonconformities, each once: an action or a nonconformity recorded twice repeats none of them
-- (with a lone min(), SQLite takes the other columns from the row that has the minimum).
CREATE VIEW tarea_abierta AS
SELECT
    tarea.IDAccionRealizada,
    tarea.AccionRealizada,
    tarea.Responsable,
    tarea.FechaInicio,
    tarea.FechaFinPrevista,
    accion.AccionCorrectiva,
    min(nc.IDNoConformidad) AS IDNoConformidad,
    nc.CodigoNoConformidad,
    nc.Proyecto,
    nc.RespCalidad,
    nc.RESPONSABLETELEFONICA
FROM TbNCAccionesRealizadas AS tarea
JOIN TbNCAccionCorrectivas AS accion ON accion.IDAccionCorrectiva = tarea.IDAccionCorrectiva
JOIN nc_abierta AS nc ON nc.IDNoConformidad = accion.IDNoConformidad
WHERE tarea.FechaFinReal IS NULL
GROUP BY tarea.rowid;

-- rule: NC-Q1
-- Nonconformities in execution whose planned closing is near or past.
SELECT
    nc.IDNoConformidad,
    nc.Proyecto,
    nc.CodigoNoConformidad,
    nc.RespCalidad,
    nc.DESCRIPCION,
    nc.FECHAAPERTURA,
    nc.FPREVCIERRE
FROM nc_abierta AS nc
JOIN en_ejecucion ON en_ejecucion.IDNoConformidad = nc.IDNoConformidad
WHERE dias(nc.FPREVCIERRE) <= :dias_alerta_nc;

-- rule: NC-Q2
-- Nonconformities, closed or not, that wait for a check of effectiveness which is near, past or without a date.
SELECT
    nc.IDNoConformidad,
    nc.Proyecto,
    nc.CodigoNoConformidad,
    nc.RespCalidad,
    nc.DESCRIPCION,
    nc.FECHACIERRE,
    nc.FechaPrevistaControlEficacia
FROM nc
JOIN ejecutada ON ejecutada.IDNoConformidad = nc.IDNoConformidad
WHERE nc.EsperaControl AND coalesce(dias(nc.FechaPrevistaControlEficacia), :dias_ce) <= :dias_ce;

-- rule: NC-Q3
-- Open nonconformities for which nobody has defined an action.
SELECT
    nc.IDNoConformidad,
    nc.Proyecto,
    nc.CodigoNoConformidad,
    nc.RespCalidad,
    nc.DESCRIPCION,
    nc.FECHAAPERTURA,
    nc.FPREVCIERRE
FROM nc_abierta AS nc
LEFT JOIN (
    SELECT DISTINCT IDNoConformidad
    FROM TbNCAccionCorrectivas
) AS con_accion ON con_accion.IDNoConformidad = nc.IDNoConformidad
WHERE con_accion.IDNoConformidad IS NULL;

-- rule: NC-Q4
-- Open tasks whose planned end is near or past.
SELECT
    tarea.IDAccionRealizada,
    tarea.Proyecto,
    tarea.CodigoNoConformidad,
    tarea.RespCalidad,
    tarea.AccionCorrectiva,
    tarea.AccionRealizada,
    coalesce(tecnico.Nombre, tarea.Responsable) AS Tecnico,
    tarea.FechaFinPrevista
FROM tarea_abierta AS tarea
LEFT JOIN usuario AS tecnico ON tecnico.Id = persona(tarea.Responsable)
WHERE dias(tarea.FechaFinPrevista) <= :dias_alerta_arapc;

-- rule: NC-Q5
-- Actions of open nonconformities that nobody has divided into tasks; each once, as the tasks above.
SELECT
    accion.IDAccionCorrectiva,
    min(nc.IDNoConformidad) AS IDNoConformidad,
    nc.Proyecto,
    nc.CodigoNoConformidad,
    nc.RespCalidad,
    accion.AccionCorrectiva,
    nc.FECHAAPERTURA
FROM TbNCAccionCorrectivas AS accion
JOIN nc_abierta AS nc ON nc.IDNoConformidad = accion.IDNoConformidad
LEFT JOIN accion_con_tareas AS tareas ON tareas.IDAccionCorrectiva = accion.IDAccionCorrectiva
WHERE tareas.IDAccionCorrectiva IS NULL
GROUP BY accion.rowid;

-- rule: NC-Q6
-- Nonconformities with everything done that nobody has closed, but for those that NC-Q2 shows.
SELECT
    nc.IDNoConformidad,
    nc.Proyecto,
    nc.CodigoNoConformidad,
    nc.RespCalidad,
    nc.DESCRIPCION,
    ejecutada.UltimaTarea,
    -dias(ejecutada.UltimaTarea) AS DiasTerminada
FROM nc_abierta AS nc
JOIN ejecutada ON ejecutada.IDNoConformidad = nc.IDNoConformidad
WHERE NOT (nc.EsperaControl AND coalesce(dias(nc.FechaPrevistaControlEficacia), :dias_ce) <= :dias_ce);

-- rule: NC-Q7
-- Open tasks for which nobody has planned an end.
SELECT
    tarea.IDAccionRealizada,
    tarea.Proyecto,
    tarea.CodigoNoConformidad,
    tarea.RespCalidad,
    tarea.AccionCorrectiva,
    tarea.AccionRealizada,
    coalesce(tecnico.Nombre, tarea.Responsable) AS Tecnico
FROM tarea_abierta AS tarea
LEFT JOIN usuario AS tecnico ON tecnico.Id = persona(tarea.Responsable)
WHERE tarea.FechaFinPrevista IS NULL;

-- rule: NC-T
-- Every open task of an open nonconformity, by its planned end; the engineer of the nonconformity hears of it.
SELECT
    IDAccionRealizada,
    IDNoConformidad,
    CodigoNoConformidad,
    Proyecto,
    AccionCorrectiva,
    AccionRealizada,
    FechaInicio,
    FechaFinPrevista,
    RespCalidad,
    RESPONSABLETELEFONICA
FROM tarea_abierta;

-- people: responsables_calidad
-- The quality owner of each open nonconformity; one that nobody has named is missing, and told as such.
SELECT IDNoConformidad, RESPONSABLECALIDAD AS Persona
FROM nc_viva
WHERE FECHACIERRE IS NULL;

-- figure: ultimos_30_dias
-- Últimos 30 días
SELECT
    'NC abiertas' AS label,
    count(DISTINCT CASE WHEN dias(FECHAAPERTURA) BETWEEN -29 AND 0 THEN IDNoConformidad END) AS now,
    count(DISTINCT CASE WHEN dias(FECHAAPERTURA) BETWEEN -59 AND -30 THEN IDNoConformidad END) AS before
FROM nc_viva
UNION ALL
SELECT
    'NC cerradas',
    count(DISTINCT CASE WHEN dias(FECHACIERRE) BETWEEN -29 AND 0 THEN IDNoConformidad END),
    count(DISTINCT CASE WHEN dias(FECHACIERRE) BETWEEN -59 AND -30 THEN IDNoConformidad END)
FROM nc_viva
UNION ALL
SELECT
    'Replanificaciones',
    count(CASE WHEN dias(FechaReprogramacion) BETWEEN -29 AND 0 THEN 1 END),
    count(CASE WHEN dias(FechaReprogramacion) BETWEEN -59 AND -30 THEN 1 END)
FROM TbReplanificacionesProyecto;

-- check: cerrada_con_tareas_abiertas
-- A closed nonconformity has nothing left to do: either it is not closed, or the tasks are finished.
SELECT
    'no_conformidades' AS registro,
    'TbNoConformidades' AS tabla,
    nc.IDNoConformidad AS clave,
    'FECHACIERRE' AS columna,
    strftime('%d/%m/%Y', nc.FECHACIERRE) || ', con '
        || abierta.Abiertas || iif(abierta.Abiertas = 1, ' tarea abierta', ' tareas abiertas') AS valor
FROM nc_viva AS nc
JOIN en_ejecucion AS abierta ON abierta.IDNoConformidad = nc.IDNoConformidad
WHERE nc.FECHACIERRE IS NOT NULL;

-- check: en_ejecucion_sin_cierre_previsto
-- A nonconformity in execution without a planned closing would never come near its date.
SELECT
    'no_conformidades' AS registro,
    'TbNoConformidades' AS tabla,
    nc.IDNoConformidad AS clave,
    'FPREVCIERRE' AS columna,
    '(vacío), con '
        || abierta.Abiertas || iif(abierta.Abiertas = 1, ' tarea abierta', ' tareas abiertas') AS valor
FROM nc_viva AS nc
JOIN en_ejecucion AS abierta ON abierta.IDNoConformidad = nc.IDNoConformidad
WHERE nc.FECHACIERRE IS NULL AND nc.FPREVCIERRE IS NULL;

-- count: acciones_huerfanas
-- Actions with something left to do, of a nonconformity that the register does not know.
SELECT count(*)
FROM TbNCAccionCorrectivas AS accion
LEFT JOIN (
    SELECT DISTINCT IDNoConformidad
    FROM TbNoConformidades
) AS nc ON nc.IDNoConformidad = accion.IDNoConformidad
WHERE nc.IDNoConformidad IS NULL AND accion.IDAccionCorrectiva IN (
    SELECT IDAccionCorrectiva
    FROM TbNCAccionesRealizadas
    WHERE FechaFinReal IS NULL
);

-- count: tareas_huerfanas
-- Open tasks of an action that the register does not know.
SELECT count(*)
FROM TbNCAccionesRealizadas AS tarea
LEFT JOIN (
    SELECT DISTINCT IDAccionCorrectiva
    FROM TbNCAccionCorrectivas
) AS accion ON accion.IDAccionCorrectiva = tarea.IDAccionCorrectiva
WHERE tarea.FechaFinReal IS NULL AND accion.IDAccionCorrectiva IS NULL;
