"""Questionnaires to tables: samples drawn from registers, answers, and the shares that give each."""
