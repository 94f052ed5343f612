# Balance summary as Stata's pstest 4.2.2 defines it, in base R: standardised differences by the unmatched variances,
# the probit (and logit) of treatment with the matching weights, Rubin's B and R of its linear predictor; and the
# overlap coefficient of the score before matching by stats::density (bw.nrd0 where unweighted). pstest itself was
# not run. The weights are MatchIt's (01).
source("util.R"); d <- read.csv(paste0(DAT, "lalonde_matchit_614.csv")); w <- read.csv(paste0(OUT, "matchit_lalonde614_weights.csv"))
d$black <- as.numeric(d$race == "black"); d$hispan <- as.numeric(d$race == "hispan")
X <- c("age", "educ", "black", "hispan", "married", "nodegree", "re74", "re75"); t <- d$treat == 1
wvar <- function(x, w) sum(w * (x - sum(w * x) / sum(w))^2) / (sum(w) - 1); wmean <- function(x, w) sum(w * x) / sum(w)
one <- function(spec, weight, link) {
  u <- weight > 0; bias <- sapply(X, function(x) 100 * (wmean(d[t, x], weight[t]) - wmean(d[!t, x], weight[!t])) / sqrt((var(d[t, x]) + var(d[!t, x])) / 2))
  f <- suppressWarnings(glm(reformulate(X, "treat"), binomial(link), d[u, ], weights = weight[u], control = list(epsilon = 1e-14, maxit = 100)))
  i <- rep(NA, nrow(d)); i[u] <- predict(f, type = "link"); a <- t & u; b <- !t & u; va <- wvar(i[a], weight[a]); vb <- wvar(i[b], weight[b]); lr <- f$null.deviance - f$deviance
  g <- glm(reformulate(X, "treat"), binomial(link), d, control = list(epsilon = 1e-14, maxit = 100)); s <- predict(g, type = "link"); overlap <- NA
  if (spec == "before") { h <- c(bw.nrd0(s[t]), bw.nrd0(s[!t])); r <- c(min(s) - 3 * max(h), max(s) + 3 * max(h))
    exact <- function(v, h, at) sapply(at, function(z) mean(dnorm((z - v) / h) / h)); at <- seq(r[1], r[2], length.out = 20001)
    overlap <- sum(pmin(exact(s[t], h[1], at), exact(s[!t], h[2], at))) * (at[2] - at[1]) }
  data.frame(spec = spec, link = link, mean_bias = mean(abs(bias)), median_bias = median(abs(bias)), pseudo_r2 = lr / f$null.deviance, lr = lr, df = f$rank - 1, p = pchisq(lr, f$rank - 1, lower.tail = FALSE), b = 100 * abs(wmean(i[a], weight[a]) - wmean(i[b], weight[b])) / sqrt((va + vb) / 2), r = va / vb, overlap = overlap)
}
o <- list()
for (link in c("probit", "logit")) { o[[length(o) + 1]] <- one("before", rep(1, nrow(d)), link)
  for (s in c("nn11_norepl", "nn51_repl", "nn11_cal02_repl", "maha11_repl")) { q <- w[w$spec == s, ]; v <- q$weight[match(d$id, q$id)]; v[is.na(v)] <- 0; v[!t] <- v[!t] * sum(v[t]) / sum(v[!t]); o[[length(o) + 1]] <- one(s, v, link) } }
x <- do.call(rbind, o); wcsv(x, "balance_summary.csv"); print(x, row.names = FALSE)
