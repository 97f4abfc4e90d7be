package codebuf

import "slices"

// pages keeps which pages of a region are free, as runs by rising index that don't touch.
type pages []run

type run struct{ first, n int }

// take finds n pages in a row, at the lowest place there is, and gives the index of the first.
func (p *pages) take(n int) (first int, ok bool) {
	i := slices.IndexFunc(*p, func(r run) bool { return r.n >= n })
	if i < 0 {
		return 0, false
	}
	r := &(*p)[i]
	first = r.first
	r.first, r.n = r.first+n, r.n-n
	if r.n == 0 {
		*p = slices.Delete(*p, i, i+1)
	}
	return first, true
}

// give puts n pages back that take gave out.
func (p *pages) give(first, n int) {
	i, _ := slices.BinarySearchFunc(*p, first, func(r run, first int) int { return r.first - first })
	*p = slices.Insert(*p, i, run{first, n})
	if i+1 < len(*p) && (*p)[i+1].first == first+n {
		(*p)[i].n += (*p)[i+1].n
		*p = slices.Delete(*p, i+1, i+2)
	}
	if i > 0 && (*p)[i-1].first+(*p)[i-1].n == first {
		(*p)[i-1].n += (*p)[i].n
		*p = slices.Delete(*p, i, i+1)
	}
}

// free is the number of free pages.
func (p pages) free() (n int) {
	for _, r := range p {
		n += r.n
	}
	return n
}
