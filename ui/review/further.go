package review

import (
	"fmt"
	"slices"
	"strings"

	"pratique/data"
)

// further says which seals will be made beside the certificate seal: of each
// format what they are about and how many characters they have, and of what is
// encrypted who can open it.
func (m *Model) further() (lines []string) {
	var formats []data.SealFormat
	about := map[data.SealFormat][]string{}
	for _, s := range m.file.rehearsal.Further {
		if !slices.Contains(formats, s.Format) {
			formats = append(formats, s.Format)
		}
		of := m.e.T("group.vaccinations")
		var n int
		if _, err := fmt.Sscanf(s.Of, "tests[%d]", &n); err == nil {
			of = m.e.T("group.test", n+1)
		}
		if s.Of == "" {
			var names []string
			for _, a := range m.file.authorities {
				if slices.Contains(m.app.Content.Further.Authorities, a.ID) {
					names = append(names, a.Name)
				}
			}
			of = strings.Join(names, ", ")
		}
		about[s.Format] = append(about[s.Format], m.e.T("review.further.of", of, s.Size))
	}
	for _, f := range formats {
		lines = append(lines, m.e.T("review.further."+string(f), strings.Join(about[f], "; ")))
	}
	return lines
}
