"""What a difference in net income consists of: volume, mix, quality, prices and costs."""
