-- view: certificado_vigente
-- The certificate that counts is the one calibrated last, not the one that ends last: a shortened recalibration must be
-- noticed, and an old certificate typed in late must not raise a false alarm. NULL sorts before any date.
CREATE VIEW certificado_vigente AS
SELECT IDEquipoMedida, FechaFinCalibracion
FROM (
    SELECT
        IDEquipoMedida,
        FechaFinCalibracion,
        row_number() OVER (
            PARTITION BY IDEquipoMedida ORDER BY FechaCalibracion DESC, IDCalibracion DESC
        ) AS puesto
    FROM TbEquiposMedidaCalibraciones
)
WHERE puesto = 1;

-- rule: BR
-- Equipment in service, by the end of its current certificate.
SELECT
    equipo.IDEquipoMedida,
    equipo.Nombre,
    equipo.NS,
    equipo.PN,
    equipo.Marca,
    equipo.Modelo,
    vigente.FechaFinCalibracion,
    CASE
        WHEN vigente.IDEquipoMedida IS NULL THEN 'sin certificado'
        WHEN vigente.FechaFinCalibracion IS NULL THEN 'sin fecha de fin'
        ELSE 'caducado'
    END AS Motivo
FROM TbEquiposMedida AS equipo
LEFT JOIN certificado_vigente AS vigente ON vigente.IDEquipoMedida = equipo.IDEquipoMedida
WHERE equipo.FechaFinServicio IS NULL OR equipo.FechaFinServicio > :hoy;

-- count: certificados_huerfanos
-- Certificates of an instrument that the register does not know.
SELECT count(*)
FROM TbEquiposMedidaCalibraciones AS calibracion
LEFT JOIN TbEquiposMedida AS equipo ON equipo.IDEquipoMedida = calibracion.IDEquipoMedida
WHERE equipo.IDEquipoMedida IS NULL;
