# Power of a comparison without clustering (stats::power.t.test) and variance components (lme4, aov).
# Written to power_values.csv and variance_components.csv beside this file; run from there.
library(lme4)

rows <- list()
for (n in c(20, 52, 200)) for (power in c(0.8, 0.9)) {
  made <- power.t.test(n = n, sd = 1, sig.level = 0.05, power = power, strict = TRUE, tol = 1e-10)
  rows[[length(rows) + 1]] <- data.frame(n_per_arm = n, power = power, delta = made$delta)
}
write.csv(do.call(rbind, rows), "power_values.csv", row.names = FALSE)

components <- list()
note <- function(name, group, unit) {
  components[[length(components) + 1]] <<- data.frame(data = name, group = group, unit = unit)
}
# Balanced, so that restricted maximum likelihood and the analysis of variance coincide.
fit <- as.data.frame(VarCorr(lmer(Yield ~ 1 + (1 | Batch), Dyestuff)))
note("Dyestuff", fit$vcov[1], fit$vcov[2])
# Unequal sizes: the analysis of variance by hand from aov, with its n0; and F's interval.
chick <- ChickWeight
chick$Chick <- factor(as.character(chick$Chick))
table <- anova(lm(weight ~ Chick, chick))
sizes <- as.vector(table(chick$Chick))
n0 <- (sum(sizes) - sum(sizes^2) / sum(sizes)) / (length(sizes) - 1)
note("ChickWeight", (table[1, 3] - table[2, 3]) / n0, table[2, 3])
f <- table[1, 3] / table[2, 3]
low <- f / qf(0.975, table[1, 1], table[2, 1])
high <- f / qf(0.025, table[1, 1], table[2, 1])
limits <- c((low - 1) / (low + n0 - 1), (high - 1) / (high + n0 - 1))
# A treatment of groups and a covariate of units, balanced: nested in lmer as well.
set.seed(11)
frame <- expand.grid(unit = 1:6, group = 1:14)
frame$treated <- as.numeric(frame$group > 7)
frame$x <- rep(c(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5), 14)
frame$y <- round(0.7 * frame$treated + 0.4 * frame$x + rep(rnorm(14), each = 6) + rnorm(84, sd = 1.5), 4)
fit <- as.data.frame(VarCorr(lmer(y ~ treated + x + (1 | group), frame)))
note("nested", fit$vcov[1], fit$vcov[2])
made <- do.call(rbind, components)
made$low <- c(NA, limits[1], NA)
made$high <- c(NA, limits[2], NA)
made$version <- paste(R.version$version.string, "lme4", packageVersion("lme4"))
write.csv(made, "variance_components.csv", row.names = FALSE)
write.csv(Dyestuff, "dyestuff.csv", row.names = FALSE)
write.csv(data.frame(Chick = chick$Chick, weight = chick$weight), "chickweight.csv", row.names = FALSE)
write.csv(frame, "nested.csv", row.names = FALSE)
