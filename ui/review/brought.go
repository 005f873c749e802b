package review

import (
	"cmp"
	"slices"

	"pratique/data/brought"
	"pratique/ui/stated"
)

// brought is what seals that the traveller brought say of a group: who signed
// each, what it is worth now, and where the clerk kept another value, with the reason.
func (m *Model) brought(group string) (lines []stated.Line) {
	c := m.app.Content
	differs := brought.Compare(c)
	for i, b := range c.Brought {
		if !slices.Contains(brought.About(c, i), group) {
			continue
		}
		if i < len(m.file.brought) {
			b = m.file.brought[i]
		}
		lines = append(lines, stated.Line{Label: m.e.Words.Field("brought"), Value: brought.Says(m.e.Words, b)})
		for _, d := range differs {
			if d.Brought == i && stated.GroupOf(d.Field) == group {
				here := cmp.Or(d.Here, m.e.T("brought.nothing"))
				lines = append(lines, stated.Line{Label: m.e.Words.Place(d.Field), Value: m.e.T("brought.kept", d.There, here, d.Reason), Strong: true})
			}
		}
	}
	return lines
}
