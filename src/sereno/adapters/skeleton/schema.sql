-- register: NOMBRE --

CREATE TABLE TbRegistros (
    IDRegistro INTEGER PRIMARY KEY,
    Descripcion TEXT,
    FechaVencimiento DATE,
    Cerrado FLAG
);
