package desk

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/staff"
	"pratique/data/store"
)

// callers are the cases that name the telephone number in a text; none if the
// text is no such number.
func (d *Desk) callers(text string) (ids []data.ApplicationID, err error) {
	key := data.PhoneKey(text)
	if key == "" || strings.Trim(text, "0123456789+-–()/. \u00a0") != "" {
		return nil, nil
	}
	err = d.log.View(context.Background(), func(tx store.Tx) error {
		ids, err = lookup(tx, fieldPhone, key)
		return err
	})
	return ids, err
}

// ErrPhone: a text is no telephone number.
var ErrPhone = errors.New("not a telephone number")

// FindByPhone are the cases that name a telephone number, of the traveller, a
// guardian or a contact person, however it is written; the newest change first.
func (d *Desk) FindByPhone(s staff.Session, phone string) ([]Row, error) {
	if data.PhoneKey(phone) == "" {
		return nil, ErrPhone
	}
	if err := d.listed(s, "phone", phone); err != nil {
		return nil, err
	}
	ids, err := d.callers(phone)
	if err != nil {
		return nil, err
	}
	rows := d.filter(func(r Row) bool { return slices.Contains(ids, r.ID) })
	slices.SortFunc(rows, func(a, b Row) int { return b.Changed.Compare(a.Changed) })
	return rows, nil
}
