package text

import "github.com/pkg/errors"

// Only returns the grams whose ids keep says yes to, numbered anew from 0 in the same
// order, and for each of them the id that it had. A table of rows by id is made fit by
// taking these rows. It errs if no gram is kept.
//
// Texts have the grams that they had, but for those that are gone. Config says so where
// none of words, or of characters, is left: texts are not searched for them any more.
func (g *Grams) Only(keep func(id int32) bool) (part *Grams, ids []int32, err error) {
	return g.only(keep, g.HashBits())
}

// only returns grams that are known by so many bits.
func (g *Grams) only(keep func(id int32) bool, width int) (part *Grams, ids []int32, err error) {
	if err := g.inMemory(); err != nil {
		return nil, nil, err
	}
	part = &Grams{config: g.config, texts: g.texts, part: true, scratch: newScratchPool()}
	if width < 64 {
		part.bits = width
	}
	first := 0
	for k := range g.index {
		var hashes []uint64
		for number, h := range g.index[k].hashes {
			if id := int32(first + number); keep(id) {
				hashes, ids = append(hashes, h&upper(width)), append(ids, id)
				part.counts = append(part.counts, g.counts[id])
			}
		}
		first += len(g.index[k].hashes)
		switch {
		case len(hashes) > 0:
		case k == ofWords:
			part.config.Words, part.config.Bounds = 0, false
		default:
			part.config.MinChars, part.config.MaxChars = 0, 0
		}
		if err := part.index[k].build(hashes, width); err != nil {
			return nil, nil, errors.WithMessage(err, "grams")
		}
	}
	if len(ids) == 0 {
		return nil, nil, errors.New("grams: none is kept")
	}
	return part, ids, nil
}
