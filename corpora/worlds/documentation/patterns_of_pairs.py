"""Statements about two things of a kind, where the question decides which of them is meant."""

from __future__ import annotations

from corpora.worlds.documentation.pattern import Pattern

PAIRS = (
    Pattern(
        "two definitions",
        (
            "{thing} is {definition}, whereas {thing2} is {definition2}.",
            "While {thing2} is {definition2}, {thing} is {definition}.",
        ),
        {
            "{definition}": ("What is {thing}?", "what's {thing}", "Define {thing}.", "Explain {thing}."),
            "{definition2}": ("What is {thing2}?", "tell me what {thing2} is", "What is meant by {thing2}?"),
        },
    ),
    Pattern(
        "two conditions",
        (
            "Use {thing} if {condition} and {thing2} if {condition2}.",
            "If {condition}, take {thing}; if {condition2}, take {thing2}.",
            "{thing2} is for the case that {condition2}, {thing} for the case that {condition}.",
        ),
        {
            "{condition}": ("When should I use {thing}?", "when to use {thing}", "When is {thing} right?"),
            "{condition2}": ("When should I use {thing2}?", "In which case do I need {thing2}?"),
            "{thing}": ("What should I use if {condition}?", "What helps when {condition}?"),
            "{thing2}": ("What should I take if {condition2}?", "Which one if {condition2}?"),
        },
    ),
    Pattern(
        "two gains",
        (
            "{thing} gives {gain}, {thing2} {gain2}.",
            "The strength of {thing} is {gain}, that of {thing2} {gain2}.",
            "{thing2} was made for {gain2}, but {thing} for {gain}.",
        ),
        {
            "{gain}": ("What is the advantage of {thing}?", "What does {thing} give?", "benefit of {thing}"),
            "{gain2}": ("What is the strength of {thing2}?", "Why would I choose {thing2}?"),
            "{thing}": ("Which one gives {gain}?", "What should I choose for {gain}?"),
        },
    ),
    Pattern(
        "two origins",
        (
            "{thing} was proposed by {person} in {year}, {thing2} by {person2} in {lateryear}.",
            "{person} described {thing} in {year}, and {person2} followed with {thing2} in {lateryear}.",
            "{thing2} ({person2}, {lateryear}) builds on {thing} ({person}, {year}).",
        ),
        {
            "{person}": ("Who proposed {thing}?", "who invented {thing}", "Who came up with {thing}?"),
            "{person2}": ("Who proposed {thing2}?", "author of {thing2}", "Who is behind {thing2}?"),
            "{year}": (
                "When was {thing} proposed?",
                "year of {thing}",
                "In which year was {thing} described?",
            ),
            "{lateryear}": ("When was {thing2} proposed?", "How old is {thing2}?"),
        },
    ),
    Pattern(
        "two options",
        (
            "`{flag}` makes it {do}, `{flag2}` makes it {do2}.",
            "With `{flag}` it will {do}; with `{flag2}` it will {do2}.",
            "Pass `{flag2}` to {do2} and `{flag}` to {do}.",
        ),
        {
            "{do}": ("What does {flag} do?", "What happens with {flag}?", "meaning of {flag}"),
            "{do2}": ("What does {flag2} do?", "what is {flag2} for"),
            "{flag}": ("Which option is there to {do}?", "How can I {do}?"),
            "{flag2}": ("Which flag do I need to {do2}?", "how do i {do2}"),
        },
    ),
    Pattern(
        "two units",
        (
            "`{key}` is given in {unit} and `{key2}` in {unit2}.",
            "The unit of `{key}` is {unit}, but that of `{key2}` is {unit2}.",
            "Mind that `{key2}` counts {unit2}, while `{key}` counts {unit}.",
        ),
        {
            "{unit}": ("What is the unit of {key}?", "unit {key}", "In what is {key} measured?"),
            "{unit2}": ("What is the unit of {key2}?", "In which unit is {key2}?"),
        },
    ),
    Pattern(
        "two weaknesses",
        (
            "{thing} suffers from {trouble}, {thing2} from {trouble2}.",
            "{thing} cures {trouble2}, which {thing2} has, but it brings {trouble} of its own.",
        ),
        {
            "{trouble}": ("What does {thing} suffer from?", "What is the problem with {thing}?"),
            "{trouble2}": ("What does {thing2} suffer from?", "weakness of {thing2}"),
        },
    ),
    Pattern(
        "counted parts",
        (
            "{thing} has three parts: {part}, {part2} and {part3}.",
            "There are three components in {thing}, of which {part} is the largest.",
            "{thing} puts three pieces together, from {part} to {part2}.",
        ),
        {
            "three": (
                "How many parts does {thing} have?",
                "number of parts of {thing}",
                "How many pieces is {thing} made of?",
            )
        },
    ),
    Pattern(
        "counted steps",
        (
            "{thing} takes four steps, the first of which {does}.",
            "Of the four steps of {thing}, the first {does}.",
        ),
        {
            "four": ("How many steps does {thing} take?", "number of steps in {thing}"),
            "{does}": ("What does the first step of {thing} do?", "What happens first in {thing}?"),
        },
    ),
    Pattern(
        "inserted clause",
        (
            "{thing}, which {does}, is used for {use} in {language} programs.",
            "In {language} programs, {thing}, which {does}, serves {use}.",
            "{thing}, made in {language} for {use}, {does}.",
        ),
        {
            "{does}": ("What does {thing} do?", "what does {thing} do exactly", "What happens in {thing}?"),
            "{use}": ("What is {thing} used for?", "main use of {thing}", "For what is {thing} used?"),
            "{language}": ("In which language is {thing} used?", "language of {thing}"),
        },
    ),
)
