"""The kinds of question: what an answer looks like, when it is valid, which votes it means."""
