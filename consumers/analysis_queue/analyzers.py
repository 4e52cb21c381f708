"""Every analyser by its name. What a stage uses is its setting FANOUT_ANALYZER."""

from consumers.analysis_queue.analyzer import Analyzer
from consumers.analysis_queue.local_analyzer import LocalAnalyzer
from consumers.analysis_queue.moderation import TermList
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.environment import Environment

LOCAL, COMPREHEND = "local", "comprehend"


def build_analyzer(environment: Environment, aws: AwsClients) -> Analyzer:
    """Make the analyser from FANOUT_ANALYZER (local by default) and FANOUT_ANALYSIS_TERMS, separated by commas.

    Raises:
        ConfigurationError: a setting is wrong.

    """
    terms = environment.text("FANOUT_ANALYSIS_TERMS", ",").split(",")
    local = LocalAnalyzer(TermList(terms))
    if environment.choice("FANOUT_ANALYZER", (LOCAL, COMPREHEND), LOCAL) == LOCAL:
        return local
    from consumers.analysis_queue.comprehend_analyzer import ComprehendAnalyzer

    return ComprehendAnalyzer(aws.comprehend, local)
