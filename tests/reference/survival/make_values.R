# Values of R's survival (Debian package r-cran-survival) for tests/reference/test_survival_curves.py.
library(survival)
dir <- "."
lung <- survival::lung
d <- lung[!is.na(lung$inst), c("inst", "time", "status", "age", "sex", "ph.ecog")]
d$event <- as.integer(d$status == 2)
write.csv(d[, c("inst", "time", "event", "age", "sex")], file.path(dir, "lung.csv"), row.names = FALSE, quote = FALSE)

km <- survfit(Surv(time, event) ~ 1, data = d, conf.type = "log-log")
kmc <- survfit(Surv(time, event) ~ 1, data = d, cluster = inst, robust = TRUE)
at <- c(30, 100, 200, 365, 500, 800)
s <- summary(km, times = at)
sc <- summary(kmc, times = at)
write.csv(data.frame(time = at, n_risk = s$n.risk, survival = s$surv, std_error = s$std.err, low = s$lower, high = s$upper,
                     clustered = sc$std.err), file.path(dir, "kaplan_meier.csv"), row.names = FALSE, quote = FALSE)

m <- survival::mgus2
etime <- with(m, ifelse(pstat == 0, futime, ptime))
event <- with(m, ifelse(pstat == 0, 2 * death, 1))
keep <- seq_len(300)
e <- data.frame(time = etime, event = event, sex = m$sex)[keep, ]
write.csv(e, file.path(dir, "mgus.csv"), row.names = FALSE, quote = FALSE)
e$f <- factor(e$event, 0:2, c("censor", "pcm", "death"))
aj <- survfit(Surv(time, f) ~ 1, data = e)
at <- c(12, 60, 120, 240)
a <- summary(aj, times = at)
out <- do.call(rbind, lapply(2:3, function(j) data.frame(event = j - 1, time = at, incidence = a$pstate[, j],
  std_error = a$std.err[, j])))
write.csv(out, file.path(dir, "aalen_johansen.csv"), row.names = FALSE, quote = FALSE)

writeLines(c(R.version.string, paste("survival", packageVersion("survival"))), file.path(dir, "versions.txt"))
