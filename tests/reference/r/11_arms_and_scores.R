# Covariates by arm and the clustered errors of a propensity score, by Stata's formulas in R: sandwich::vcovCL with
# HC1 and G / (G - 1) is `regress, vce(cluster)`, with HC0 and G / (G - 1) `logit, vce(cluster)`; a probit's bread is
# the observed information, which Stata uses and glm() does not. Groups of uneven size are made of the row numbers,
# some with units of both arms. iebaltab itself was not run.
source("util.R"); suppressMessages({library(sandwich); library(lmtest)})
d <- read.csv(paste0(DAT, "lalonde_matchit_614.csv"))
d$black <- as.numeric(d$race == "black"); d$hispan <- as.numeric(d$race == "hispan")
d$group <- (seq_len(nrow(d)) * 7) %% 45 %/% (1 + seq_len(nrow(d)) %% 2)
X <- c("age", "educ", "black", "hispan", "married", "nodegree", "re74", "re75"); t <- d$treat == 1
HC <- function(f, type, g) vcovCL(f, cluster = g, type = type, cadjust = TRUE)
of_arm <- function(x, a) { f <- lm(reformulate("1", x), d[a, ]); sqrt(HC(f, "HC1", d$group[a])[1, 1]) }
one <- function(x) { f <- lm(reformulate("treat", x), d); e <- sqrt(diag(HC(f, "HC1", d$group)))[2]; b <- coef(f)[2]
  data.frame(covariate = x, treated_mean = mean(d[t, x]), treated_sd = sd(d[t, x]), treated_std_error = of_arm(x, t), control_mean = mean(d[!t, x]), control_sd = sd(d[!t, x]), control_std_error = of_arm(x, !t),
    difference = b, std_error = e, p_value = 2 * pt(-abs(b / e), length(unique(d$group)) - 1), normalised_difference = b / sqrt((var(d[t, x]) + var(d[!t, x])) / 2)) }
o <- do.call(rbind, lapply(X, one)); wcsv(o, "balance_by_arm.csv"); print(o, row.names = FALSE)
f <- lm(reformulate(X, "treat"), d); w <- waldtest(f, . ~ 1, vcov = function(m) HC(m, "HC1", d$group), test = "F")
F <- w$F[2]; q <- length(X); r <- length(unique(d$group)) - 1
j <- data.frame(f_statistic = F, df_numerator = q, df_denominator = r, p_value = pf(F, q, r, lower.tail = FALSE)); wcsv(j, "joint_balance.csv"); print(j)
score <- function(link) { g <- glm(reformulate(X, "treat"), binomial(link), d, control = list(epsilon = 1e-14, maxit = 100)); e <- predict(g, type = "link"); M <- model.matrix(g); y <- d$treat
  if (link == "logit") { s <- y - plogis(e); h <- dlogis(e) } else { k <- 2 * y - 1; s <- k * dnorm(e) / pnorm(k * e); h <- s * (s + e) }
  B <- solve(crossprod(M * h, M)); S <- rowsum(M * s, d$group); V <- nrow(S) / (nrow(S) - 1) * B %*% crossprod(S) %*% B
  if (link == "logit") stopifnot(all.equal(V, HC(g, "HC0", d$group), check.attributes = FALSE))
  data.frame(link = link, term = names(coef(g)), value = coef(g), clustered_error = sqrt(diag(V)), p_value = 2 * pnorm(-abs(coef(g)) / sqrt(diag(V)))) }
s <- rbind(score("logit"), score("probit")); wcsv(s, "score_errors.csv"); print(s, row.names = FALSE)
