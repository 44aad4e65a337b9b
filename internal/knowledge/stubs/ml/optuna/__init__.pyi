# Facts: Optuna documentation.
from optuna.study import Study as Study, create_study as create_study, load_study as load_study
from optuna.trial import Trial as Trial
