# CPU seconds of the peers' calls alone, data read before the clock starts.
# usage: Rscript peers.R <task> <folder with numbers.bin> <n> <p>
suppressPackageStartupMessages({library(Matching); library(MatchIt)})
arguments <- commandArgs(trailingOnly = TRUE)
task <- arguments[1]; n <- as.integer(arguments[3]); p <- as.integer(arguments[4])
numbers <- matrix(readBin(file.path(arguments[2], "numbers.bin"), "double", n * (p + 3)), nrow = n)
y <- numbers[, 1]; tr <- as.integer(numbers[, 2]); score <- numbers[, 3]
x <- if (p > 0) numbers[, 3 + seq_len(p), drop = FALSE] else NULL
frame <- data.frame(tr = tr, score = score)
clock <- proc.time()
invisible(switch(task,
  score_with = Match(Y = y, Tr = tr, X = score, M = 1, estimand = "ATT", distance.tolerance = 0, Var.calc = 1),
  pairs_without = matchit(tr ~ score, data = frame, method = "nearest", distance = score, caliper = 0.2),
  mahalanobis_with = Match(Y = y, Tr = tr, X = x, M = 1, estimand = "ATT", Weight = 2,
                           distance.tolerance = 0),
  mahalanobis_without = matchit(as.formula(paste("tr ~", paste0("V", seq_len(p), collapse = "+"))),
                                data = data.frame(tr = tr, as.data.frame(x)), method = "nearest",
                                distance = "mahalanobis")))
spent <- proc.time() - clock
cat(sprintf("%.3f\n", sum(spent[c("user.self", "sys.self")])))
