"""The synthetic stand-in for the project's registers of alliances: cash flows, baseline and completion.

The process is set so that what large registers would give is what the project performance assessment prints,
as the study's ``calibration.yaml`` lists.
"""
