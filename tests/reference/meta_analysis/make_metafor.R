# Random-effects means of the BCG trials (Colditz et al. 1994), as metafor 3.8.1 of Debian holds and combines them.
# Rscript make_metafor.R > metafor.csv
suppressMessages(library(metafor))
data <- read.csv("bcg.csv")
cat("first,mean,std_error,conf_low,conf_high,tau2,q,q_p,usual_error,predicted_low,predicted_high\n")
for (first in c(13, 8)) {
  part <- data[seq_len(first), ]
  control <- list(tol = 1e-14, maxiter = 1000)
  knapp <- rma(effect, variance, data = part, method = "PM", test = "knha", control = control)
  usual <- rma(effect, variance, data = part, method = "PM", control = control)
  within <- predict(knapp)  # with t on k - 1 degrees of freedom
  numbers <- c(knapp$beta, knapp$se, knapp$ci.lb, knapp$ci.ub, knapp$tau2, knapp$QE, knapp$QEp, usual$se,
               within$pi.lb, within$pi.ub)
  cat(first, sprintf("%.15g", numbers), sep = ",")
  cat("\n")
}
