// Package report turns what runs have found into one page of HTML that holds all
// it needs: no network, no fonts, no files beside it.
//
//	Report ──▶ check ──▶ view ──▶ page.html ──▶ one file
//	 Runs       sizes,     the answer,   styles, script and
//	            spans      charts,       charts inside
//	                       marked texts
//
// The page answers first: which experiment is best, by how much, and whether that
// is more than a baseline, guessing or chance would give. Then come the curves,
// the classes or the residuals, the mistakes with the words that made them, and
// last what it takes to do the run again.
//
// Charts are drawn once, here, as SVG, so that they are there without scripts and
// on paper. The script of the page reads values under the pointer or the arrow
// keys, hides and shows experiments, and redraws the same picture for those that
// are left. Colours are those of Okabe and Ito, Color universal design, 2008,
// darkened or lightened for contrast; no meaning hangs on colour alone.
//
// Several runs in one Report are compared: every table, chart and legend then
// names the run with the experiment.
package report
