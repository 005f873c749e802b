package intake

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"pratique/data"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// further is the choice of seals beside the certificate's own.
func (f *form) further() fyne.CanvasObject {
	c := func(c *data.Content) *data.Further { return &c.Further }
	f.receivers = widgets.Stack(look.Tight)
	return widgets.NewCard(f.s.e.Words.Field("further"), widgets.Stack(look.Tight,
		f.check("further.vdsnc", func(d *data.Content) *bool { return &c(d).VDSNC }),
		f.check("further.dcc", func(d *data.Content) *bool { return &c(d).DCC }),
		f.receivers))
}

// receiving brings the authorities that can be chosen in line with the post's
// list, which is loaded later than the form is made.
func (f *form) receiving(lock string) {
	shape := lock
	for _, a := range f.s.m.Authorities() {
		shape += fmt.Sprintf(" %q", a)
	}
	if f.shape["authorities"] == shape {
		return
	}
	f.shape["authorities"] = shape
	for path := range f.inputs {
		if strings.HasPrefix(path, "further.authorities") || strings.HasPrefix(path, "further.without") {
			delete(f.inputs, path)
		}
	}
	f.receivers.Objects = nil
	var names []widgets.Option
	for _, a := range f.s.m.Authorities() {
		names = append(names, widgets.Option{Code: string(a.ID), Name: a.Name})
	}
	if len(names) > 0 {
		var parts []widgets.Option
		for _, p := range data.RecordParts {
			parts = append(parts, widgets.Option{Code: string(p), Name: f.s.e.T("intake.part." + string(p))})
		}
		f.receivers.Add(widgets.Caption(f.s.e.Words.Field("further.authorities")))
		f.receivers.Add(boxes(f, "further.authorities", names, func(c *data.Content) *[]data.AuthorityID { return &c.Further.Authorities }, nil))
		f.receivers.Add(boxes(f, "further.without", parts, func(c *data.Content) *[]data.RecordPart { return &c.Further.Without },
			func(c *data.Content) bool { return len(c.Further.Authorities) > 0 }))
	}
	f.receivers.Refresh()
}

// boxes are the members of a set; the first has what is to be told of all.
func boxes[T ~string](f *form, path string, options []widgets.Option, at func(c *data.Content) *[]T, seen func(c *data.Content) bool) fyne.CanvasObject {
	all := widgets.Columns(3, narrowest)
	for i, o := range options {
		at, path := at, path
		if i > 0 {
			path += "." + o.Code
		}
		box := widgets.NewCheck(o.Name, nil)
		box.OnChanged = func(on bool) {
			c := f.s.m.State().Content
			set := slices.DeleteFunc(slices.Clone(*at(&c)), func(v T) bool { return string(v) == o.Code })
			if on {
				set = append(set, T(o.Code))
			}
			if len(set) == 0 {
				set = nil
			}
			f.s.typed(f.s.m.Edit(func(c *data.Content) { *at(c) = set }))
			for _, in := range f.inputs {
				if in.seen != nil {
					f.showOne(in)
				}
			}
		}
		all.Add(f.put(path, box, func(c *data.Content) { box.Set(slices.Contains(*at(c), T(o.Code))) }))
		f.inputs[path].seen = seen
	}
	return all
}
