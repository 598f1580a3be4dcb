-- A small shop: 60 customers, 24 products and 400 orders with one to three lines each.
PRAGMA journal_mode = WAL;
BEGIN;

CREATE TABLE customer (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE
);
CREATE TABLE product (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    cents INTEGER NOT NULL CHECK (cents > 0)
);
CREATE TABLE customer_order (
    id         INTEGER PRIMARY KEY,
    customer   INTEGER NOT NULL REFERENCES customer,
    ordered_at TEXT NOT NULL
);
CREATE TABLE order_line (
    customer_order INTEGER NOT NULL REFERENCES customer_order,
    product        INTEGER NOT NULL REFERENCES product,
    quantity       INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (customer_order, product)
) WITHOUT ROWID;

WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 60)
INSERT INTO customer SELECT n, 'Customer ' || n, 'customer' || n || '@example.com' FROM number;

WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 24)
INSERT INTO product SELECT n, 'Product ' || n, 199 + n * n * 17 % 4800 FROM number;

WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 400)
INSERT INTO customer_order
SELECT n, 1 + n * 31 % 60, strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-01', (n * 97) || ' minutes') FROM number;

WITH RECURSIVE line (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM line WHERE n < 2)
INSERT INTO order_line
SELECT id, 1 + (id * 7 + n) % 24, 1 + (id + n) % 4 FROM customer_order JOIN line ON n <= id % 3;

COMMIT;
