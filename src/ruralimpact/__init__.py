"""Impact evaluation of rural investment projects."""
