* Stata 18, leebounds 1.5 (Tauchmann 2014, Stata Journal 14(4); SSC). Response is a known outcome.
import delimited using lee_samples.csv, clear
generate s = y < .
forvalues k = 1/8 {
    leebounds y d if sample == `k', select(s)
    display e(trim) _b[lower] _b[upper] _se[lower] _se[upper]
}
import delimited using lee_cells.csv, clear asdouble
generate s = y < .
leebounds y d, select(s) tight(x)
leebounds y d, select(s) tight(x z)
