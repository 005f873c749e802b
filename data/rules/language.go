package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"pratique/data"
	"pratique/data/codes"
)

// Limits of an expression.
const (
	maxExpression = 4000    // characters
	maxCost       = 200_000 // units of CEL's cost model, some milliseconds
)

// function is a function of the language, told apart by its parameters' types
// where there are several of a name.
type function struct {
	name, doc string
	member    bool // called as value.name(…)
	params    []param
	result    *cel.Type
	call      func(args []ref.Val) ref.Val
}

type param struct {
	name string
	cel  *cel.Type
	// literal checks the argument when the notice is read, if it is written out.
	literal func(string, *codes.Book) error
}

func in(name string, t *cel.Type) param { return param{name, t, nil} }

var (
	zoneParam  = param{"zone", cel.StringType, func(s string, _ *codes.Book) error { _, err := data.LoadZone(s); return err }}
	wallParam  = param{"wall", cel.StringType, checkForm(data.WallLayout)}
	clockParam = param{"clock", cel.StringType, checkForm("15:04")}
	dayParam   = param{"day", cel.StringType, checkForm(time.DateOnly)}
	kindParam  = param{"kind", cel.StringType, func(s string, book *codes.Book) error { return checkCode(book, data.ListTests, s) }}
)

func checkCode(book *codes.Book, list, code string) error {
	if !book.Known(list, code) {
		return fmt.Errorf("no %q in the list %q", code, list)
	}
	return nil
}

func checkForm(layout string) func(string, *codes.Book) error {
	return func(s string, _ *codes.Book) error {
		if t, err := time.Parse(layout, s); err != nil || t.Format(layout) != s {
			return fmt.Errorf("%q is not of the form %s", s, layout)
		}
		return nil
	}
}

// functions is the whole library above CEL's own operators.
var functions = []function{
	{"hours", "Exact time from the one to the other, in hours and minutes.", false,
		[]param{in("from", momentType), in("to", momentType)}, countType,
		func(a []ref.Val) ref.Val { return hoursBetween(a[0].(*moment), a[1].(*moment)) }},
	{"days", "Calendar days from the one to the other, on the calendar of a zone: midnights between them.", false,
		[]param{in("from", momentType), in("to", momentType), zoneParam}, countType,
		func(a []ref.Val) ref.Val {
			c, err := daysBetween(a[0].(*moment), a[1].(*moment), text(a[2]))
			if err != nil {
				return types.WrapErr(err)
			}
			return c
		}},
	{"days", "Calendar days from the one to the other. The first day is not counted: from the 1st to the 15th there are 14.", false,
		[]param{in("from", dateType), in("to", dateType)}, countType,
		func(a []ref.Val) ref.Val { return daysBetweenDates(a[0].(*date), a[1].(*date)) }},
	{"months", "Completed months from the one to the other; of a partial date, every number it may be.", false,
		[]param{in("from", dateType), in("to", dateType)}, countType,
		func(a []ref.Val) ref.Val { return datesCount(a[0].(*date), a[1].(*date), Months, monthsBetween) }},
	{"years", "Completed years from the one to the other: an age.", false,
		[]param{in("from", dateType), in("to", dateType)}, countType,
		func(a []ref.Val) ref.Val { return datesCount(a[0].(*date), a[1].(*date), Years, yearsBetween) }},

	comparison("atMost", "The number or less.", cel.IntType, func(n int64) (int64, int64) { return openLow, n }),
	comparison("atMost", "The number or less; hours may have a fraction in whole minutes.", cel.DoubleType, func(n int64) (int64, int64) { return openLow, n }),
	comparison("lessThan", "Less than the number.", cel.IntType, func(n int64) (int64, int64) { return openLow, n - 1 }),
	comparison("lessThan", "Less than the number.", cel.DoubleType, func(n int64) (int64, int64) { return openLow, n - 1 }),
	comparison("atLeast", "The number or more.", cel.IntType, func(n int64) (int64, int64) { return n, openHigh }),
	comparison("atLeast", "The number or more.", cel.DoubleType, func(n int64) (int64, int64) { return n, openHigh }),
	comparison("moreThan", "More than the number.", cel.IntType, func(n int64) (int64, int64) { return n + 1, openHigh }),
	comparison("moreThan", "More than the number.", cel.DoubleType, func(n int64) (int64, int64) { return n + 1, openHigh }),
	{"between", "From the one number to the other, both included.", true,
		[]param{in("count", countType), in("least", cel.IntType), in("most", cel.IntType)}, cel.BoolType,
		func(a []ref.Val) ref.Val {
			c := a[0].(*count)
			low, err := c.limit(a[1])
			if err != nil {
				return err
			}
			high, err := c.limit(a[2])
			if err != nil {
				return err
			}
			return c.within(low, high)
		}},

	{"moment", "A time written out.", false, []param{wallParam, zoneParam}, momentType,
		func(a []ref.Val) ref.Val { return writtenMoment(text(a[0]), text(a[1]), nil, "") }},
	{"date", "A day written out.", false, []param{dayParam}, dateType,
		func(a []ref.Val) ref.Val { return fullDate(data.Date(text(a[0])), "", nil) }},
	{"day", "The day on the paper's own calendar.", true, []param{in("moment", momentType)}, dateType,
		func(a []ref.Val) ref.Val {
			m := a[0].(*moment)
			return fullDate(m.at.Date(), m.path, m.run)
		}},
	{"day", "The day on the calendar of a zone.", true, []param{in("moment", momentType), zoneParam}, dateType,
		func(a []ref.Val) ref.Val {
			m := a[0].(*moment)
			loc, err := data.LoadZone(text(a[1]))
			if err != nil {
				return types.WrapErr(err)
			}
			return fullDate(data.DateOf(m.t.In(loc)), m.path, m.run)
		}},
	{"clock", `The wall clock, "09:40".`, true, []param{in("moment", momentType)}, cel.StringType,
		func(a []ref.Val) ref.Val { return types.String(a[0].(*moment).at.Wall[len("2006-01-02T"):]) }},
	{"zone", "The IANA zone of the place.", true, []param{in("moment", momentType)}, cel.StringType,
		func(a []ref.Val) ref.Val {
			if m := a[0].(*moment); m.at.Zone != "" {
				return types.String(m.at.Zone)
			} else {
				return unknown(pathsOf(m.path)...)
			}
		}},
	{"plusHours", "Some hours later, or earlier for a negative number.", true, []param{in("moment", momentType), in("hours", cel.IntType)}, momentType,
		func(a []ref.Val) ref.Val {
			m := a[0].(*moment)
			n, bad := (&count{unit: Hours}).limit(a[1])
			if bad != nil {
				return bad
			}
			return shifted(m, time.Duration(n)*time.Minute)
		}},
	{"plusDays", "Some days later, or earlier for a negative number.", true, []param{in("date", dateType), in("days", cel.IntType)}, dateType,
		func(a []ref.Val) ref.Val {
			d := a[0].(*date)
			n, bad := (&count{unit: Days}).limit(a[1])
			switch {
			case bad != nil:
				return bad
			case !d.d.Full():
				return unknown(pathsOf(d.path)...)
			}
			return fullDate(d.d.Add(int(n)), d.path, d.run)
		}},
	{"start", "The first minute of the day on the clock of a zone.", true, []param{in("date", dateType), zoneParam}, momentType,
		func(a []ref.Val) ref.Val { return edge(a, data.Date.Start) }},
	{"end", "The last minute of the day on the clock of a zone: 23:59.", true, []param{in("date", dateType), zoneParam}, momentType,
		func(a []ref.Val) ref.Val { return edge(a, data.Date.End) }},
	{"at", "A time of that day on the clock of a zone.", true, []param{in("date", dateType), clockParam, zoneParam}, momentType,
		func(a []ref.Val) ref.Val {
			d := a[0].(*date)
			if !d.d.Full() {
				return unknown(pathsOf(d.path)...)
			}
			return writtenMoment(string(d.d)+"T"+text(a[1]), text(a[2]), d.run, d.path)
		}},

	{"earliest", "The first of them.", false, []param{in("all", cel.ListType(momentType))}, momentType, func(a []ref.Val) ref.Val { return extreme(a[0], -1) }},
	{"latest", "The last of them.", false, []param{in("all", cel.ListType(momentType))}, momentType, func(a []ref.Val) ref.Val { return extreme(a[0], 1) }},
	{"earliest", "The first of them.", false, []param{in("all", cel.ListType(dateType))}, dateType, func(a []ref.Val) ref.Val { return extreme(a[0], -1) }},
	{"latest", "The last of them.", false, []param{in("all", cel.ListType(dateType))}, dateType, func(a []ref.Val) ref.Val { return extreme(a[0], 1) }},
	{"bySampled", "The tests in the order they were sampled: bySampled(tests)[0] is the earliest.", false,
		[]param{in("all", cel.ListType(testKind.cel))}, cel.ListType(testKind.cel), func(a []ref.Val) ref.Val { return bySampled(elements(a[0])) }},

	{"different", "Whether no two of them are the same.", false, []param{in("all", cel.ListType(cel.StringType))}, cel.BoolType,
		func(a []ref.Val) ref.Val {
			all := strs(a[0])
			n := len(all)
			slices.Sort(all)
			return types.Bool(len(slices.Compact(all)) == n)
		}},
	{"same", "Whether all of them are the same.", false, []param{in("all", cel.ListType(cel.StringType))}, cel.BoolType,
		func(a []ref.Val) ref.Val { return types.Bool(len(slices.Compact(strs(a[0]))) <= 1) }},

	{"designated", "Whether the laboratory was designated for that kind of test at that moment, by the minute where the post's list has it so, else by the day.", true,
		[]param{in("laboratory", laboratoryKind.cel), kindParam, in("moment", momentType)}, cel.BoolType,
		func(a []ref.Val) ref.Val {
			is, _ := a[0].(*object).v.(laboratory).DesignatedAt(data.TestKind(text(a[1])), a[2].(*moment).at)
			return types.Bool(is)
		}},
	{"doseDays", "On how many different days they were given.", false, []param{in("doses", cel.ListType(doseKind.cel))}, cel.IntType,
		func(a []ref.Val) ref.Val { return doseDays(elements(a[0])) }},
	{"complete", "Whether the doses of some one product, on different days, are as many as its course has. Two on one day count once.", false,
		[]param{in("doses", cel.ListType(doseKind.cel))}, cel.BoolType,
		func(a []ref.Val) ref.Val { return complete(elements(a[0])) }},
}

func comparison(name, doc string, number *cel.Type, limits func(int64) (low, high int64)) function {
	return function{name, doc, true, []param{in("count", countType), in("number", number)}, cel.BoolType, func(a []ref.Val) ref.Val {
		c := a[0].(*count)
		n, err := c.limit(a[1])
		if err != nil {
			return err
		}
		return c.within(limits(n))
	}}
}

func text(v ref.Val) string { s, _ := v.(types.String); return string(s) }

// elements are those of a list that holds no unknown: CEL makes a list that
// would hold one unknown as a whole.
func elements(list ref.Val) (all []ref.Val) {
	l := list.(interface {
		Size() ref.Val
		Get(ref.Val) ref.Val
	})
	n, _ := l.Size().(types.Int)
	for i := range n {
		all = append(all, l.Get(i))
	}
	return all
}

func strs(list ref.Val) (all []string) {
	for _, v := range elements(list) {
		all = append(all, text(v))
	}
	return all
}

func fullDate(d data.Date, path string, r *run) ref.Val {
	if !d.Full() {
		return types.NewErr("%q is not a day", string(d))
	}
	return &date{d: d, path: path, run: r}
}

// writtenMoment is an error where clocks are put forward over that time.
func writtenMoment(wall, zone string, r *run, path string) ref.Val {
	at := data.Moment{Wall: wall, Zone: zone}.Pinned()
	t, ok := at.Instant()
	if !ok {
		return types.NewErr("no clock shows %s in %q", wall, zone)
	}
	return &moment{at: at, t: t, path: path, run: r}
}

// shifted is a moment some time later on the same clock.
func shifted(m *moment, by time.Duration) ref.Val {
	t := m.t.Add(by)
	at := data.Moment{Wall: t.Format(data.WallLayout), Offset: m.at.Offset}
	if m.at.Zone != "" {
		at = data.MomentOf(t, m.at.Zone)
	}
	if t, ok := at.Instant(); ok {
		return &moment{at: at, t: t, path: m.path, run: m.run}
	}
	return types.NewErr("%s is out of range", at)
}

func edge(a []ref.Val, of func(data.Date, string) (data.Moment, bool)) ref.Val {
	d := a[0].(*date)
	if !d.d.Full() {
		return unknown(pathsOf(d.path)...)
	}
	at, ok := of(d.d, text(a[1]))
	if !ok {
		return types.NewErr("there is no %s in %q", string(d.d), text(a[1]))
	}
	t, _ := at.Instant()
	return &moment{at: at, t: t, path: d.path, run: d.run}
}

// extreme is the first (-1) or last (1) of moments or dates.
func extreme(list ref.Val, which int) ref.Val {
	all := elements(list)
	if len(all) == 0 {
		return types.NewErr("the list is empty")
	}
	var open []string
	for _, v := range all {
		if d, ok := v.(*date); ok && !d.d.Full() {
			open = append(open, pathsOf(d.path)...)
		}
	}
	if len(open) > 0 {
		return unknown(open...)
	}
	best := slices.MaxFunc(all, func(a, b ref.Val) int { return which * order(a, b) })
	return best
}

// order sorts moments by instant and full dates by day.
func order(a, b ref.Val) int {
	if m, ok := a.(*moment); ok {
		return m.t.Compare(b.(*moment).t)
	}
	return strings.Compare(string(a.(*date).d), string(b.(*date).d))
}

func bySampled(tests []ref.Val) ref.Val {
	sampled := map[ref.Val]ref.Val{}
	var open *types.Unknown
	for _, v := range tests {
		o := v.(*object)
		at := newMoment(o.v.(test).Sampled, o.below("sampled"), o.run)
		open, _ = types.MaybeMergeUnknowns(at, open)
		sampled[v] = at
	}
	if open != nil {
		return open
	}
	slices.SortStableFunc(tests, func(a, b ref.Val) int { return order(sampled[a], sampled[b]) })
	return types.NewRefValList(types.DefaultTypeAdapter, tests)
}

func doseDays(doses []ref.Val) ref.Val {
	days := map[data.Date]bool{}
	var open []string
	for _, v := range doses {
		o := v.(*object)
		if d := o.v.(dose).Date; d.Full() {
			days[d] = true
		} else {
			open = append(open, o.below("date"))
		}
	}
	if len(open) > 0 {
		return unknown(open...)
	}
	return types.Int(len(days))
}

// complete is true as soon as what is known completes a course, and false only
// when nothing is open.
func complete(doses []ref.Val) ref.Val {
	days := map[string]map[data.Date]bool{} // by product
	var open []string
	for _, v := range doses {
		o := v.(*object)
		d := o.v.(dose)
		switch {
		case d.course == 0:
			open = append(open, o.below("product"))
		case !d.Date.Full():
			open = append(open, o.below("date"))
		default:
			if days[d.Product] == nil {
				days[d.Product] = map[data.Date]bool{}
			}
			if days[d.Product][d.Date] = true; len(days[d.Product]) >= d.course {
				return types.True
			}
		}
	}
	if len(open) > 0 {
		return unknown(open...)
	}
	return types.False
}

// macros and operators are what the language takes from CEL. Left out are
// has(…), which would tell "not entered" from "entered" and so let a finding
// change for the better by leaving something away, and CEL's own times, which
// know no wall clock.
var (
	macros    = []string{operators.All, operators.Exists, operators.ExistsOne, operators.Filter, operators.Map}
	operation = []string{
		operators.Conditional, operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.NotStrictlyFalse,
		operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate,
		operators.Index, operators.In, "size", "contains", "startsWith", "endsWith",
	}
)

// provider tells CEL of the kinds.
type provider struct{ *types.Registry }

func kindNamed(name string) (*kind, bool) {
	i := slices.IndexFunc(kinds, func(k *kind) bool { return k.name == name })
	if i < 0 {
		return nil, false
	}
	return kinds[i], true
}

func (p provider) FindStructType(name string) (*types.Type, bool) {
	if k, ok := kindNamed(name); ok {
		return types.NewTypeTypeWithParam(k.cel), true
	}
	return p.Registry.FindStructType(name)
}

func (p provider) FindStructFieldNames(name string) (names []string, ok bool) {
	k, ok := kindNamed(name)
	if !ok {
		return p.Registry.FindStructFieldNames(name)
	}
	for _, f := range k.fields {
		names = append(names, f.name)
	}
	return names, true
}

func (p provider) FindStructFieldType(name, fieldName string) (*types.FieldType, bool) {
	k, ok := kindNamed(name)
	if !ok {
		return p.Registry.FindStructFieldType(name, fieldName)
	}
	f, ok := k.field(fieldName)
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type:  f.cel,
		IsSet: func(any) bool { return true },
		GetFrom: func(v any) (any, error) {
			switch v := v.(type) {
			case *object:
				return f.get(v), nil
			case *types.Unknown:
				return v, nil
			}
			return nil, fmt.Errorf("no field %s in %T", fieldName, v)
		},
	}, true
}

// newEnv is the language as every notice starts with it.
func newEnv() (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	var std []*env.Function
	for _, name := range operation {
		std = append(std, env.NewFunction(name))
	}
	opts := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(&env.LibrarySubset{IncludeMacros: macros, IncludeFunctions: std})),
		cel.CustomTypeProvider(provider{registry}),
		cel.HomogeneousAggregateLiterals(),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ParserRecursionLimit(60),
		cel.Variable(nowName, momentType),
	}
	for _, f := range factsKind.fields {
		opts = append(opts, cel.Variable(f.name, f.cel))
	}
	for i, f := range functions {
		args := make([]*cel.Type, len(f.params))
		for j, p := range f.params {
			args[j] = p.cel
		}
		overload := cel.Overload
		if f.member {
			overload = cel.MemberOverload
		}
		binding := cel.FunctionBinding(func(args ...ref.Val) ref.Val { return f.call(args) })
		opts = append(opts, cel.Function(f.name, overload(fmt.Sprintf("%s_%d", f.name, i), args, f.result, binding)))
	}
	return cel.NewCustomEnv(opts...)
}

// expression is one that was compiled and can be evaluated again and again.
type expression struct {
	text    string
	result  *cel.Type
	program cel.Program
}

// compile checks an expression, and the words in it against the code lists. A
// want of nil takes any type.
func compile(e *cel.Env, book *codes.Book, s string, want *cel.Type) (*expression, error) {
	ast, issues := e.Compile(s)
	if err := issues.Err(); err != nil {
		return nil, explain(err)
	}
	if want != nil && !ast.OutputType().IsExactType(want) {
		return nil, fmt.Errorf("%q is of type %s, not %s", s, ast.OutputType(), want)
	}
	if err := checkWords(ast.NativeRep(), book); err != nil {
		return nil, fmt.Errorf("%q: %w", s, err)
	}
	p, err := e.Program(ast, cel.CostLimit(maxCost))
	if err != nil {
		return nil, err
	}
	return &expression{s, ast.OutputType(), p}, nil
}

// explain adds to what CEL says of an expression what it does not know: that the
// language has counts, and YAML texts.
func explain(err error) error {
	said := err.Error()
	for _, e := range []struct{ says, means string }{
		{`'_?_:_' applied to '(Count`, "a count is no condition: compare it, .atLeast(3)"},
		{`applied to '(Count, `, "a count is compared by .atMost(3), .lessThan(3), .between(0, 48)"},
		{`applied to '(Moment, Moment)'`, "two times are not compared: count between them, hours(from, to).atLeast(0), or days(from, to, zone)"},
		{`applied to '(Date, Date)'`, "two days are not compared: count between them, days(from, to).atLeast(0)"},
		{`mismatched input '<EOF>'`, "the expression ends too early: in YAML a text that begins with ! or holds \": \" or \" #\" needs quotes"},
		{`undeclared reference`, "names are those under VARIABLES and of let, each of let only below its own line"},
	} {
		if strings.Contains(said, e.says) {
			return fmt.Errorf("%w\n(%s)", err, e.means)
		}
	}
	return err
}

// wholeUnits are the functions whose count has no fractions.
var wholeUnits = []string{"days", "months", "years"}

// checkWords looks at the texts that are written out: a zone, a time or a code
// that nobody knows would make a check that never passes, or always does.
func checkWords(a *celast.AST, book *codes.Book) (err error) {
	fail := func(e error) {
		if err == nil {
			err = e
		}
	}
	celast.PostOrderVisit(a.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		switch e.Kind() {
		case celast.StructKind:
			fail(fmt.Errorf("%s cannot be made, only read", e.AsStruct().TypeName()))
		case celast.CallKind:
			call := e.AsCall()
			args := call.Args()
			if call.IsMemberFunction() {
				args = append([]celast.Expr{call.Target()}, args...)
			}
			switch name := call.FunctionName(); name {
			case operators.Equals, operators.NotEquals:
				fail(checkCodes(a, book, args[0], args[1]))
				fail(checkCodes(a, book, args[1], args[0]))
			case operators.In:
				fail(checkCodes(a, book, args[0], args[1])) // specimen in ['saliva', …]
				fail(checkCodes(a, book, args[1], args[0])) // 'method' in mentions
			default:
				if of := args[0]; call.IsMemberFunction() && of.Kind() == celast.CallKind && slices.Contains(wholeUnits, of.AsCall().FunctionName()) {
					for _, x := range args[1:] {
						if x.Kind() == celast.LiteralKind && x.AsLiteral().Type() == types.DoubleType {
							fail(fmt.Errorf("%s are whole: %v is not", of.AsCall().FunctionName(), x.AsLiteral().Value()))
						}
					}
				}
				for _, f := range functions {
					if f.name != name || f.member != call.IsMemberFunction() || len(f.params) != len(args) {
						continue
					}
					for i, p := range f.params {
						if s, ok := literal(args[i]); ok && p.literal != nil {
							fail(p.literal(s, book))
						}
					}
				}
			}
		}
	}))
	return err
}

// checkCodes checks the texts in values against the code list of a field.
func checkCodes(a *celast.AST, book *codes.Book, of, values celast.Expr) error {
	if of.Kind() != celast.SelectKind {
		return nil
	}
	k, ok := kindNamed(a.GetType(of.AsSelect().Operand().ID()).TypeName())
	if !ok {
		return nil
	}
	f, _ := k.field(of.AsSelect().FieldName())
	if f.list == "" {
		return nil
	}
	all := []celast.Expr{values}
	if values.Kind() == celast.ListKind {
		all = values.AsList().Elements()
	}
	for _, v := range all {
		if s, ok := literal(v); ok {
			if err := checkCode(book, f.list, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func literal(e celast.Expr) (string, bool) {
	if e.Kind() != celast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

// identifier is what a name in a notice looks like.
var identifier = regexp.MustCompile(`^[a-z][A-Za-z0-9]{0,39}$`)
