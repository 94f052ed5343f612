"""Why intervals miss where they do, as the page on coverage says it."""

WHY_PERCENT = (
    "Fieller's interval holds the ratios r at which the effect less r times the base is not significant. "
    "That is the treated mean less 1 + r times the counterfactual mean: the controls, whose "
    "weight gathers on few groups and whose income has the tail, count 1.2 times in it where they count "
    "once in the effect. If none of "
    "those with weight has a large income, the effect is too large, the base too small and the error too "
    "small, all at once. On 150 other surveys of five of these cells (84/20 groups with half and with all "
    "between, 15/15, 52/52 and 130/130 with all), AIPW, IPWRA, IPW and entropy balancing, an interval "
    "with the degrees of freedom of the effect covers 91.4 percent of percents (above the truth in 7.3, "
    "below it in 1.2) and 93.1 of levels (5.5 and 1.4): percents miss where levels do, and where levels "
    "just hold. Degrees of freedom of the difference itself, which is what the interval has, cover 92.4, "
    "those of the base alone 94.4 (they would contradict the interval of the effect at zero), the log of "
    "the ratio 91.0. What is left is the tail that no error from the sample knows of. Over 97 the arms "
    "are turned round: the treated are few, the controls many."
)
TAIL = (
    "Too narrow. A few control groups carry the weight; where none of them happens to have a large income, "
    "the estimate is too high and its error too small at once"
)
FIT = (
    "Too narrow. Weights and regression are fitted to so few effective groups that the fit itself takes "
    "variation out of the scores. The nearest neighbour within a caliper and AIPW hold there"
)
WIDE = "Too wide, slightly. The t quantile of so few degrees of freedom allows for more than scores vary"
WHY_LOW = (
    "Two reasons. Income's tail: where the few control groups that carry the weight happen to have no large "
    "income, the estimate is too high and its error too small, together (their correlation is -.5 to -.75 "
    "with 84/20 groups, and for IPW with 52/52 and 130/130). Nearly all misses are on that side: of 300 "
    "draws with 84/20 groups and half the variance between, the interval lies above the effect in 6 percent "
    "and below it in 0.7, and that of IPW with 52/52 and 130/130 groups in 7 and 10 percent of 150, below it "
    "in .7. Hall's (1992, Journal of the Royal Statistical Society B 54(1)) correction of t for the skewness "
    "of the scores does not mend it: on 150 other surveys of five cells it covers .6 to 4 points less than "
    "the headline in each of 30 pairs. Where no large income was drawn the scores do not know that there are "
    "any. And fitted models: IPWRA and entropy balancing with 130/130 groups miss on both sides (4 percent "
    "above, 2 to 3 below). The root mean square of their errors is .104 where the estimates have a standard "
    "deviation of .131 to .133 (.118 without the two percent farthest off): scores are residuals of what is "
    "fitted to 36 effective groups on three covariates that groups share, and the fit takes more out of "
    "them than shares tell. Dividing by that mends these pairs and overshoots in others. What else was tried "
    "is below."
)
WHY_HIGH = (
    "Degrees of freedom are those of normal means of groups that vary alike; with four to twelve of them the "
    "t quantile allows for more than these scores vary. Scores of unadjusted matching do not take off "
    "what the estimation of the score saves."
)
WHY_NONE = (
    "The score separates the arms, no weights reach balance, or fewer than two effective groups are left. "
    "Those draws are not counted."
)
