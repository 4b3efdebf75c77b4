-- register: brass --

CREATE TABLE TbEquiposMedida (
    IDEquipoMedida INTEGER PRIMARY KEY,
    Nombre TEXT,
    NS TEXT,
    PN TEXT,
    Marca TEXT,
    Modelo TEXT,
    FechaFinServicio DATE
);

CREATE TABLE TbEquiposMedidaCalibraciones (
    IDCalibracion INTEGER PRIMARY KEY,
    IDEquipoMedida INTEGER,
    FechaCalibracion DATE,
    FechaFinCalibracion DATE,
    EmpresaCalibradora TEXT OPTIONAL
);
