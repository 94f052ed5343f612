# Coarsened exact matching by MatchIt on the 614-row lalonde data (185 treated), three ways to cut.
# run in this folder: Rscript cem_lalonde.R      (R 4.2.2, MatchIt 4.5.1)
suppressPackageStartupMessages(library(MatchIt))
d <- read.csv("../r/data/lalonde_matchit_614.csv", stringsAsFactors = FALSE)
d$race <- factor(d$race, levels = c("black", "hispan", "white"))
formula <- treat ~ age + educ + race + married + nodegree + re74 + re75
cuts <- list(
  sturges = list(),
  points = list(cutpoints = list(age = c(20, 25, 30, 40), educ = c(8, 11.5, 12),
                                 re74 = c(0.01, 5000), re75 = c(0.01, 5000))),
  bins = list(cutpoints = list(age = 4, educ = 0, re74 = 3, re75 = 5))
)
rows <- lapply(names(cuts), function(spec) {
  m <- do.call(matchit, c(list(formula, data = d, method = "cem"), cuts[[spec]]))
  data.frame(spec = spec, id = d$id, treat = d$treat, weight = sprintf("%.17g", m$weights),
             subclass = ifelse(is.na(m$subclass), "", as.character(m$subclass)))
})
write.csv(do.call(rbind, rows), "cem_lalonde614_weights.csv", row.names = FALSE)
