package show

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table writes rows under a head. The columns from the given one on, counted from 0,
// stand at the right.
func Table(head []any, rows [][]any, right int) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row(head))
	for _, row := range rows {
		t.AppendRow(table.Row(row))
	}
	var columns []table.ColumnConfig
	for c := right; c < len(head); c++ {
		columns = append(columns, table.ColumnConfig{Number: c + 1, Align: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	return t.Render()
}
