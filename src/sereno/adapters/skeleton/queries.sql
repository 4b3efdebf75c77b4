-- rule: VENCE
-- Lo que sigue abierto, por la fecha en que vence.
SELECT IDRegistro, Descripcion, FechaVencimiento
FROM TbRegistros
WHERE Cerrado IS NOT 1;
