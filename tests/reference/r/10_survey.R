# Weighted and stratified estimates of R's survey package on a part of NHANES that ships with it.
# Treatment: being a woman; outcome: high cholesterol, missing for some (a domain of the sample).
# Run in tests/reference/r: Rscript 10_survey.R
suppressPackageStartupMessages(library(survey))
data(nhanes)
x <- data.frame(id = seq_len(nrow(nhanes)), stratum = nhanes$SDMVSTRA,
                group = paste(nhanes$SDMVSTRA, nhanes$SDMVPSU, sep = "-"),
                weight = nhanes$WTMEC2YR, outcome = nhanes$HI_CHOL,
                treated = as.integer(nhanes$RIAGENDR == 2), race = nhanes$race,
                age = as.integer(nhanes$agecat))
x <- x[order(x$group, x$id), ]
write.csv(x, "data/nhanes_8591.csv", row.names = FALSE, na = "")
x$race <- factor(x$race); x$age <- factor(x$age)
full <- svydesign(ids = ~group, strata = ~stratum, weights = ~weight, data = x)
pooled <- svydesign(ids = ~group, weights = ~weight, data = x)
known <- function(design) subset(design, !is.na(outcome))
rows <- list()
keep <- function(name, term, estimate, se) rows[[length(rows) + 1]] <<-
  data.frame(name = name, term = term, estimate = estimate, se = se)

for (kind in c("stratified", "pooled")) {
  design <- known(if (kind == "stratified") full else pooled)
  fit <- svyglm(outcome ~ treated, design)
  keep(paste0("difference_", kind), "treated", coef(fit)[[2]], sqrt(vcov(fit)[2, 2]))
  mean1 <- svymean(~outcome, subset(design, treated == 1))
  keep(paste0("mean_", kind), "treated", coef(mean1)[[1]], sqrt(vcov(mean1)[1, 1]))
}
fit <- svyglm(outcome ~ treated + race + age, known(full))
keep("regression_stratified", names(coef(fit)), unname(coef(fit)), sqrt(diag(vcov(fit))))
for (link in c("logit", "probit")) {
  fit <- svyglm(treated ~ race + age, known(full), family = quasibinomial(link),
                control = glm.control(epsilon = 1e-14, maxit = 100))
  keep(paste0("score_", link), names(coef(fit)), unname(coef(fit)), sqrt(diag(vcov(fit))))
}

# Effects that rest on fitted models: refitted in every replicate of the stratified jackknife.
effects <- function(w, d) {
  d$w <- w
  d <- d[d$w > 0, ]
  p <- suppressWarnings(glm(treated ~ race + age, binomial, d, weights = w,
                            control = glm.control(epsilon = 1e-14, maxit = 100)))
  p <- fitted(p)
  odds <- ifelse(d$treated == 1, 1, p / (1 - p)) * d$w
  inverse <- ifelse(d$treated == 1, 1 / p, 1 / (1 - p)) * d$w
  gap <- function(v) weighted.mean(d$outcome[d$treated == 1], v[d$treated == 1]) -
    weighted.mean(d$outcome[d$treated == 0], v[d$treated == 0])
  regress <- function(arm, v) predict(lm(outcome ~ race + age, d[d$treated == arm, ],
                                         weights = v[d$treated == arm]), d)
  d$v <- odds
  control <- lm(outcome ~ race + age, d[d$treated == 0, ], weights = w)
  target <- d$treated == 1
  tilted <- lm(outcome ~ race + age, d[d$treated == 0, ], weights = v)
  at <- function(values) weighted.mean(values[target], d$w[target])
  residual <- d$outcome - predict(control, d)
  c(ipw_att = gap(odds), ipw_ate = gap(inverse),
    regression_att = at(d$outcome) - at(predict(control, d)),
    ipwra_att = at(d$outcome) - at(predict(tilted, d)),
    aipw_att = at(d$outcome) - at(predict(control, d)) -
      weighted.mean(residual[!target], odds[!target]))
}
replicates <- as.svrepdesign(known(full), type = "JKn")
found <- withReplicates(replicates, function(w, d) effects(w, d))
keep("effect", names(coef(found)), unname(coef(found)), sqrt(diag(vcov(found))))
out <- do.call(rbind, rows)
out$estimate <- sprintf("%.17g", out$estimate); out$se <- sprintf("%.17g", out$se)
write.csv(out, "survey_nhanes.csv", row.names = FALSE)
writeLines(capture.output(sessionInfo()), "sessionInfo_10.txt")
