// The form of a Sprint program.  What a block may hold is not said here: the checker
// knows it, and can suggest.  NEWLINE arrives only where it separates: not beside a
// comma or brace, not inside ( ) and [ ], not beside an operator.
parser grammar SprintParser;

options { tokenVocab = SprintLexer; }

// One declaration of the file; the file is cut at line ends outside all brackets, so
// that a mistake in one declaration never touches another.
declaration : item EOF;

item
  : attribute
  | importStatement
  | valueStatement
  | functionStatement
  | typeStatement
  | poolStatement
  | linkStatement
  | flowStatement
  | measuredStatement
  | pinStatement
  | deployStatement
  | requirement
  | objective
  | otherStatement
  ;

attribute : key ASSIGN expr;
key       : (word | text) (DOT word)*;

// Wide enough to go on behind what was skipped: a comma beside nothing is told later.
block     : LBRACE item? (separator item?)* RBRACE;
separator : NEWLINE | COMMA;

importStatement   : IMPORT (path | text) (AS name)? (VERSION text)?;
valueStatement    : keyword=(PARAM | LET | OUTPUT | SECRET) name (COLON type)? (ASSIGN expr)? block?;
functionStatement : FUNCTION name LPAREN params? RPAREN (COLON type)? ASSIGN expr;
typeStatement     : TYPE name ASSIGN type;
poolStatement     : keyword=(NODES | MACHINES | FUNCTIONS) name count? COLON path block?;
linkStatement     : LINK path BOTH path block?;
flowStatement     : keyword=(FLOW | MOVED) path (ARROW path)+ block?;
measuredStatement : MEASURED path ON path ASSIGN expr;
pinStatement      : keyword=(PIN | FORBID) path preposition=(IN | ON) path;
deployStatement   : DEPLOY path ON path block?;
// A block behind the condition is read as part of `expr` (a typed record) and taken
// off it again when the tree is built.
requirement       : keyword=(REQUIRE | PREFER) (name COLON)? expr;
objective         : keyword=(MINIMIZE | MAXIMIZE) expr;
// `component X { }`, `resource local.zone z { }`, `run(c) { }`, `demand { }`
otherStatement    : name (path | text)* (LPAREN params? RPAREN)? block?;

count  : LBRACKET expr (RANGE expr)? RBRACKET;
params : param (COMMA param)* COMMA?;
param  : name (COLON type)?;

type
  : (LATER | SECRET)*
    ( path (LBRACKET type (COMMA type)* RBRACKET)?
    | LBRACE (typeField (separator typeField)* COMMA?)? RBRACE
    | text (BAR text)*
    ) QUESTION?
  ;
typeField : word COLON type;

// Strongest first.
expr
  : primary
  | expr op=DOT word
  | expr op=LPAREN (expr (COMMA expr)* COMMA?)? RPAREN
  | expr op=LBRACKET expr RBRACKET
  | expr block
  | op=MINUS expr
  | expr op=(STAR | SLASH | PERCENT) expr
  | expr op=(PLUS | MINUS) expr
  | expr op=ARROW expr
  | expr op=(EQ | NE | LT | LE | GT | GE) expr
  | expr op=AT name
  | op=NOT expr
  | expr op=AND expr
  | expr op=OR expr
  | op=IF expr THEN expr ELSE expr
  ;

primary
  : number
  | text
  | constant=(TRUE | FALSE | NULL_VALUE)
  | name
  | LPAREN expr RPAREN
  | LBRACKET FOR name (COMMA name)? IN expr (IF expr)? COLON expr RBRACKET
  | LBRACKET (expr (COMMA expr)* COMMA?)? RBRACKET
  | block
  ;

number : NUMBER UNIT?;
text
  : OPEN_TEXT piece* CLOSE_TEXT
  | OPEN_LINES piece* CLOSE_LINES
  ;
piece  : PIECE | OPEN_HOLE expr RBRACE;

path : name (DOT word)*;
word
  : name
  | TRUE | FALSE | NULL_VALUE | AND | OR | NOT | IF | THEN | ELSE | FOR | IN
  ;
name
  : NAME
  | IMPORT | AS | VERSION | PARAM | LET | OUTPUT | SECRET | FUNCTION | TYPE | NODES | MACHINES
  | FUNCTIONS | LINK | FLOW | MOVED | MEASURED | ON | PIN | FORBID | DEPLOY | REQUIRE | PREFER
  | MINIMIZE | MAXIMIZE | AT | LATER
  ;
