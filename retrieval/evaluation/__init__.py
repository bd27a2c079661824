"""How well the archive answers, measured: question sets in BEIR layout -> the bot's own path -> metrics -> a report."""

from retrieval.evaluation.calibrate import Calibrated, calibrate
from retrieval.evaluation.question_set import Question, QuestionSet, load_question_set
from retrieval.evaluation.report import Report
from retrieval.evaluation.run import evaluate

__all__ = ["Calibrated", "Question", "QuestionSet", "Report", "calibrate", "evaluate", "load_question_set"]
