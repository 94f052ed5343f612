"""Effects of several studies side by side, and their random-effects mean where they are alike."""
