# Values of R's survey (Debian package r-cran-survey) for tests/reference/test_responses_survey.py.
library(survey)
dir <- "."
set.seed(4)
sizes <- c(east = 60, north = 144, south = 30)
drawn <- c(east = 14, north = 20, south = 9)
d <- do.call(rbind, lapply(names(sizes), function(s) data.frame(stratum = s, id = paste0(s, seq_len(drawn[[s]])),
  register = sizes[[s]])))
n <- nrow(d)
d$product <- sample(c("milk", "quinoa"), n, TRUE)
d$training <- rbinom(n, 1, c(east = .8, north = .5, south = .3)[d$stratum])
d$storage <- rbinom(n, 1, .4)
d$buyer <- sample(c("kept", "changed", "none"), n, TRUE, c(.5, .3, .2))
d$buyer[c(3, 17)] <- NA
write.csv(d, file.path(dir, "answers.csv"), row.names = FALSE, quote = FALSE, na = "")

row <- function(part, level, answer, m, v) data.frame(part, level, answer, estimate = m, std_error = v)
of_all <- svydesign(~1, strata = ~stratum, fpc = ~register, data = d)
out <- NULL
for (a in c("training", "storage")) {
  m <- svymean(reformulate(a), of_all)
  out <- rbind(out, row("register", "", a, coef(m)[[1]], SE(m)[[1]]))
  for (s in names(sizes)) {
    m <- svymean(reformulate(a), subset(of_all, stratum == s))
    out <- rbind(out, row("respondents", s, a, coef(m)[[1]], SE(m)[[1]]))
  }
}
known <- subset(of_all, !is.na(buyer))
for (w in c("kept", "changed", "none")) {
  m <- svymean(~I(buyer == w), known)
  out <- rbind(out, row("register", "", w, coef(m)[[2]], SE(m)[[2]]))
}
out$counts <- sapply(out$answer, function(a) if (a %in% names(d)) sum(d[[a]]) else sum(d$buyer == a, na.rm = TRUE))
# Wilson's interval at the size of a simple random sample with this variance (prop.test takes fractions of a unit).
population <- ifelse(out$part == "register", sum(sizes), sizes[out$level])
asked <- ifelse(out$part == "register", n, drawn[out$level])
buyer <- out$answer %in% c("kept", "changed", "none")
asked[buyer] <- sum(!is.na(d$buyer))
weight <- (sizes / drawn)[d$stratum]
population[buyer] <- sum(weight[!is.na(d$buyer)])
p <- out$estimate
effective <- asked * p * (1 - p) / ((asked - 1) * out$std_error^2) * (population - 1) / population
ci <- t(mapply(function(x, n) prop.test(x, n, correct = FALSE)$conf.int, p * effective, effective))
out$conf_low <- ci[, 1]
out$conf_high <- ci[, 2]
write.csv(out, file.path(dir, "shares.csv"), row.names = FALSE, quote = FALSE)

# Respondents in groups: the groups are what was drawn.
d$group <- paste0(d$stratum, (as.integer(sub("^[a-z]+", "", d$id)) + 1) %/% 2)
grouped <- svydesign(~group, strata = ~stratum, weights = ~I(register / drawn[stratum]), data = d)
m <- svymean(~training, grouped)
# Clopper-Pearson at the effective size of Korn & Graubard, which the interval tells.
beta <- attr(svyciprop(~training, grouped, method = "beta"), "ci")
write.csv(data.frame(estimate = coef(m)[[1]], std_error = SE(m)[[1]], beta_low = beta[[1]], beta_high = beta[[2]]),
  file.path(dir, "grouped.csv"), row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, paste("survey", packageVersion("survey"))), file.path(dir, "versions.txt"))
