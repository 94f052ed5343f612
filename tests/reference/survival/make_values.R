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

# Visits: when each was last seen to live, and first found to have died. R stops the iteration of Turnbull early (at
# 5e-5), and its acceleration can set masses to zero that are not zero: both are mended in its source.
i <- seq_len(nrow(d))
gap <- 40 + 7 * (i %% 9)
seen <- floor(pmax(d$time - 1e-9, 0) / gap) * gap
visits <- data.frame(inst = d$inst, after = ifelse(d$event == 1, seen, floor(d$time / gap) * gap),
                     by = ifelse(d$event == 1, seen + gap, Inf), age = d$age, sex = d$sex)
write.csv(visits, file.path(dir, "visits.csv"), row.names = FALSE, quote = FALSE)
source <- sub("eps > 5e-05", "eps > 1e-13", deparse(survival:::survfitTurnbull), fixed = TRUE)
exact <- eval(parse(text = sub("iter%%5 == 0", "FALSE", source, fixed = TRUE)))
environment(exact) <- asNamespace("survival")
y <- Surv(visits$after, ifelse(is.finite(visits$by), visits$by, NA), type = "interval2")
tb <- exact(factor(rep(1, nrow(visits))), y, weights = rep(1, nrow(visits)), se.fit = FALSE)
write.csv(data.frame(time = tb$time, survival = tb$surv), file.path(dir, "turnbull.csv"), row.names = FALSE, quote = FALSE)

# Hazard in discrete time: of known times by glm, with clustered errors from its scores; of visits by the likelihood.
limits <- c(100, 200, 300, 400, 500, 600)
rows <- do.call(rbind, lapply(i, function(k) {
  risk <- d$time[k] > c(0, limits[-length(limits)])
  whole <- d$time[k] >= limits
  died <- d$event[k] == 1 & risk & d$time[k] <= limits
  keep <- whole | died
  data.frame(inst = d$inst[k], period = seq_along(limits), died = as.integer(died), age = d$age[k], sex = d$sex[k])[keep & risk, ]
}))
fit <- glm(died ~ factor(period) - 1 + age + factor(sex), binomial("cloglog"), rows, epsilon = 1e-14, maxit = 100)
eta <- fit$linear.predictors; mu <- fit$fitted.values; X <- model.matrix(fit)
U <- rowsum(X * ((rows$died - mu) / (mu * (1 - mu)) * exp(eta - exp(eta))), rows$inst)
q <- exp(eta - exp(eta)) / (1 - exp(-exp(eta)))
H <- -t(X) %*% (X * ifelse(rows$died == 1, q * (1 - exp(eta)) - q^2, -exp(eta)))
V <- solve(H) %*% crossprod(U) %*% solve(H) * nrow(U) / (nrow(U) - 1)
hz <- data.frame(data = "lung", term = c("age", "sex"), estimate = coef(fit)[7:8], clustered = sqrt(diag(V))[7:8])

first <- findInterval(visits$after, limits)
last <- pmin(findInterval(visits$by, limits, left.open = TRUE) + 1, length(limits) + 1)
Z <- cbind(visits$age - mean(visits$age), visits$sex == 2)
share <- function(b, j) ifelse(j > length(limits), 0,
  exp(-exp(Z %*% b[7:8]) * c(0, cumsum(exp(b[1:6])))[pmin(j, length(limits)) + 1]))
minus <- function(b) -sum(log(share(b, first) - share(b, last)))
o <- list(par = c(rep(-2, 6), 0, 0))
for (k in 1:20) o <- optim(o$par, minus, method = "BFGS", control = list(reltol = 1e-16, maxit = 1000, ndeps = rep(1e-5, 8)))
o <- nlm(minus, o$par, gradtol = 1e-10, steptol = 1e-12, iterlim = 500)
hz <- rbind(hz, data.frame(data = "visits", term = c("age", "sex"), estimate = o$estimate[7:8], clustered = NA))
write.csv(hz, file.path(dir, "hazards.csv"), row.names = FALSE, quote = FALSE)

writeLines(c(R.version.string, paste("survival", packageVersion("survival"))), file.path(dir, "versions.txt"))
