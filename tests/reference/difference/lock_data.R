# Data behind the values that DRDID's own tests pin (tests/testthat/test_regression_lock.R in
# pedrohcgs/DRDID): base R's generator with this seed, in this order. Rscript lock_data.R
set.seed(20240115)
n <- 1000
x <- rnorm(n)
b <- rbinom(n, 1, 0.5)
treatment <- rbinom(n, 1, plogis(-0.2 + 0.5 * x - 0.3 * b))
before <- 1 + x + 0.5 * b + rnorm(n)
after <- before + 0.8 * treatment + rnorm(n)
options(digits = 15)
write.csv(data.frame(x, b, treatment, before, after), "lock_data.csv", row.names = FALSE)
