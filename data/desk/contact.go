package desk

import (
	"context"
	"strings"

	"pratique/data"
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
