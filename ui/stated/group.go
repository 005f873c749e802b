package stated

import (
	"fmt"
	"strings"

	"pratique/data"
)

// GroupOf is the group that a field belongs to, named by its path, empty for
// none.
func GroupOf(field string) string {
	part, rest, _ := strings.Cut(strings.ReplaceAll(field, "[", "."), ".")
	switch part {
	case "traveller", "document":
		return data.GroupIdentity
	case "tests":
		var i int
		if _, err := fmt.Sscanf(rest, "%d", &i); err == nil {
			return data.GroupTest(i)
		}
	case "doses", "infections":
		return data.GroupVaccinations
	case "itinerary", "declaration", "contact", "stays", "papers":
		return data.GroupJourney
	}
	return ""
}
