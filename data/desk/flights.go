package desk

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
)

// risks are the classes of flights that have one, by flight as [flightKey] has it.
type risks map[string]string

// flightKey is a flight however it is written: "ut 846" is "UT846".
func flightKey(flight string) string {
	return strings.ToUpper(strings.Join(strings.Fields(flight), ""))
}

// of is the highest class of some flights.
func (r risks) of(flights []string) (highest string) {
	for _, f := range flights {
		if class := r[flightKey(f)]; slices.Index(data.Risks, class) > slices.Index(data.Risks, highest) {
			highest = class
		}
	}
	return highest
}

// riskOf is the class of a case: what was set on it, else that of its flights.
func riskOf(table risks, a data.Application) string {
	if a.Risk != "" {
		return a.Risk
	}
	var all []string
	for _, l := range a.Content.Itinerary {
		all = append(all, l.Flight)
	}
	return table.of(all)
}

func flights(tx store.Tx) (risks, error) {
	table, _, err := store.Get[risks](tx, store.SettingFlights)
	return table, err
}

// maxFlights is the most flights a post sets the risk of.
const maxFlights = 2000

// Flights are the risk classes of flights, by flight without spaces.
func (d *Desk) Flights(ctx context.Context) (table map[string]string, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		table, err = flights(tx)
		return err
	})
	return table, err
}

// ParseFlights reads a file of classes: a flight and its class on each line,
// parted by a comma, a semicolon or a tab; # begins a comment. A
// [ProblemsError] has everything that is wrong with it, "line 3" as its field.
func ParseFlights(b []byte) (map[string]string, error) {
	table := map[string]string{}
	var problems []data.Problem
	for i, line := range strings.Split(string(bytes.TrimPrefix(b, []byte("\ufeff"))), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		field := "line " + strconv.Itoa(i+1)
		at := strings.LastIndexAny(line, ",;\t")
		if at < 0 {
			problems = append(problems, data.Problem{Field: field, Key: "problem.flights.class", Value: line, Example: "UT 846, high"})
			continue
		}
		flight, class := strings.TrimSpace(line[:at]), strings.TrimSpace(line[at+1:])
		if _, twice := table[flightKey(flight)]; twice {
			problems = append(problems, data.Problem{Field: field, Key: "problem.flights.twice", Value: flight})
		}
		table[flightKey(flight)] = class
		problems = append(problems, flightProblems(field, flight, class)...)
	}
	if len(problems) > 0 {
		return nil, &ProblemsError{Problems: problems}
	}
	return table, nil
}

func flightProblems(field, flight, class string) (problems []data.Problem) {
	if !data.ValidFlight(flight) {
		problems = append(problems, data.Problem{Field: field, Key: "problem.flight", Value: flight, Example: "UT 846"})
	}
	if !slices.Contains(data.Risks, class) {
		problems = append(problems, data.Problem{Field: field, Key: "problem.risk", Value: class, Example: strings.Join(data.Risks, ", ")})
	}
	return problems
}

// SetFlights sets [Desk.Flights]; those that are not named have no class. It
// takes two: a class also decides how often laboratories are asked.
func (d *Desk) SetFlights(ctx context.Context, s, second staff.Session, classes map[string]string) error {
	table := risks{}
	var problems []data.Problem
	for f, class := range classes {
		problems = append(problems, flightProblems("flights", f, class)...)
		table[flightKey(f)] = class
	}
	if len(classes) > maxFlights {
		problems = append(problems, data.Problem{Field: "flights", Key: "problem.too-many", Value: strconv.Itoa(len(classes)), Example: strconv.Itoa(maxFlights)})
	}
	if len(problems) > 0 {
		return &ProblemsError{Problems: problems}
	}
	err := d.postAct(ctx, s, &second, audit.FlightsSet, "", func(tx store.Tx, e *audit.Entry) error {
		e.Detail["flights"] = strconv.Itoa(len(table))
		return store.Put(tx, store.SettingFlights, table)
	})
	if err == nil {
		d.mu.Lock()
		d.risks = table
		d.mu.Unlock()
	}
	return err
}

// SetRisk sets the class of one case, whatever its flights have; empty: theirs.
func (d *Desk) SetRisk(ctx context.Context, s staff.Session, id data.ApplicationID, class string) (data.Application, error) {
	return d.act(ctx, s, audit.RiskSet, id, func(_ store.Tx, a *data.Application, e *audit.Entry) error {
		if a.State == data.Withdrawn {
			return ErrState
		}
		if class != "" && !slices.Contains(data.Risks, class) {
			return &ProblemsError{Problems: []data.Problem{{Field: "risk", Key: "problem.risk", Value: class, Example: strings.Join(data.Risks, ", ")}}}
		}
		a.Risk, e.Detail["risk"] = class, class
		return nil
	})
}
