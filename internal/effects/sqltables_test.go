package effects

import (
	"strings"
	"testing"
)

func TestSQLTables(t *testing.T) {
	for _, c := range []struct{ text, reads, writes string }{
		{"SELECT * FROM orders WHERE name = 'from x'", "orders", ""},
		{"select a.id from shop.orders a, customers as c, \"Bills\" join `line_items` l on l.id = a.id", "shop.orders customers bills line_items", ""},
		{"INSERT INTO revenue (day, sum) SELECT day, sum(x) FROM orders", "orders", "revenue"},
		{"WITH x AS (SELECT * FROM a), y AS (SELECT * FROM x) SELECT * FROM y", "a", ""},
		{"CREATE OR REPLACE TABLE mart.daily AS SELECT * FROM raw.daily -- from nothing\n", "raw.daily", "mart.daily"},
		{"create table if not exists t (id int); delete from old; update u set a = 1; truncate table v", "", "t old u v"},
		{"MERGE INTO a USING b ON a.id = b.id", "b", "a"},
		{"select * from generate_series(1, 3)", "", ""},
		{"select extract(year from day) from orders", "orders", ""},
		{"select * from {table} join %s on 1 = 1", "", ""},
		{"SELECT 1 /* from x */ FROM y", "y", ""},
	} {
		reads, writes := SQLTables(c.text)
		if r, w := strings.Join(reads, " "), strings.Join(writes, " "); r != c.reads || w != c.writes {
			t.Errorf("%s: reads %q, writes %q; want %q, %q", c.text, r, w, c.reads, c.writes)
		}
	}
}
