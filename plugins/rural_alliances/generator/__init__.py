"""The synthetic stand-in for the survey of Bolivia's rural alliances: its process and planted truth.

Nothing here is estimated from micro-data, which are not public. The process is set so that what a survey
without error would find is what the evaluation of 2016 printed, as the study's ``calibration.yaml`` lists.
"""
