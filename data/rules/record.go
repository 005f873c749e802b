package rules

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"pratique/data"
)

// State of a notice at a post.
type State string

// The states. A version is in force once, and once it is out of force it stays
// so: what comes back is a new version.
const (
	Imported State = "imported"
	Active   State = "active"
	Retired  State = "retired"
)

// States are all states in the order of a notice's life.
var States = []State{Imported, Active, Retired}

// Record is a version of a notice as a post keeps it, with its history.
type Record struct {
	ID      string  `json:"id"`
	Version int     `json:"version"`
	State   State   `json:"state"`
	Text    []byte  `json:"text"` // the file, as it was imported
	History []Event `json:"history"`
}

// Event is a step in a notice's life: into which state, when and by whom. Two
// officers put a notice in force and out of it. Nobody stands for the post's
// making.
type Event struct {
	State   State          `json:"state"`
	At      time.Time      `json:"at"`
	Officer data.OfficerID `json:"officer,omitempty"`
	Second  data.OfficerID `json:"second,omitempty"`
}

// Key is where a version of a notice is stored, after the prefix of its kind;
// versions are in order.
func Key(id string, version int) string { return fmt.Sprintf("%s.%06d", id, version) }

// Head is what a notice's file says of itself.
type Head struct {
	ID      string
	Version int
	Post    string // code of the post
}

// ReadHead reads the beginning of a notice without the rest of it, which [Load]
// checks.
func ReadHead(b []byte) (Head, error) {
	var h struct {
		ID      string
		Version int
		Post    struct{ Code string }
	}
	err := yaml.Unmarshal(b, &h)
	return Head{h.ID, h.Version, h.Post.Code}, err
}

// Difference is something that two versions of a notice do not have in common.
type Difference struct {
	Path string `json:"path"` // "applies.flightFrom"; "checks[window].expression"
	Was  string `json:"was,omitempty"`
	Is   string `json:"is,omitempty"`
}

// Diff says in what two notices differ, by path, apart from their version and
// examples. Checks are compared by their names. Was may be nil: everything is new.
func Diff(was, is *Notice) []Difference {
	old, now := was.flat(), is.flat()
	all := maps.Clone(old)
	maps.Copy(all, now)
	var out []Difference
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if old[path] != now[path] {
			out = append(out, Difference{path, old[path], now[path]})
		}
	}
	return out
}

// flat are the values of a notice by their paths.
func (n *Notice) flat() map[string]string {
	if n == nil {
		return map[string]string{}
	}
	all, err := data.Paths(struct {
		Post         Where             `json:"post"`
		Title        Text              `json:"title"`
		Applies      Applies           `json:"applies"`
		Let          Definitions       `json:"let"`
		ApplyBy      string            `json:"applyBy"`
		Checks       []Check           `json:"checks"`
		Outcomes     []Grant           `json:"outcomes"`
		Laboratories []data.Laboratory `json:"laboratories"`
	}{n.Post, n.Title, n.Applies, n.Let, n.ApplyBy, n.Checks, n.Outcomes, n.Laboratories}, named)
	if err != nil {
		panic("rules: " + err.Error()) // plain structs of strings always marshal
	}
	return all
}

// named is the name of a check, a laboratory or a definition.
func named(element any) (name string) {
	fields, _ := element.(map[string]any)
	for _, key := range []string{"id", "Name"} {
		if is, ok := fields[key].(string); ok {
			name = is
		}
	}
	return name
}
